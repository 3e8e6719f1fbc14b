import Common
import Pixels

/// A walk over the chunks of one PNG (W3C PNG specification, third edition): what it declares, and where it ends.
struct PNGStructure {
  private(set) var width = 0
  private(set) var height = 0
  private(set) var bitDepth = 0
  private(set) var colourType = 0
  private(set) var isInterlaced = false
  private(set) var hasTransparency = false
  /// Whether a transparency stands where, or has a form in which, some viewers honour it and others do not.
  private(set) var isTransparencyAmbiguous = false
  private(set) var imageDataBytes = 0
  private(set) var colours = PNGColours()
  /// No more than samples can name.
  private var paletteEntries: Int?
  private(set) var textChunks = 0
  private var frames: Int?
  /// Whether the image itself is the first frame of the animation.
  private var isFirstFrame = false
  private var hasFrameData = false
  /// Whether a frame before the pixels is not the image: some readers show it as the picture, also without an animation.
  private var hasOtherFirstFrame = false
  /// Of frame controls and frame data.
  private var lastSequenceNumber: Int?
  /// Places that some readers pass over and others do not.
  private var ambiguousPlaces = 0
  private(set) var exifBytes = 0
  private var orientationTexts = OrientationTexts()
  private(set) var orientations = OrientationDeclarations()
  private(set) var otherBytes = 0
  private(set) var damagedChunks = 0
  /// Whether the frames of an animation have begun behind the image: readers of one picture end there.
  private var isInAnimation = false
  /// One past the end chunk.
  private(set) var end = 0

  private static let imageHeader: StaticString = "IHDR"
  private static let headerOffset = 8

  /// Walks from the signature to the end chunk, and verifies every checksum.
  ///
  /// - Parameters:
  ///   - verifiesImageData: whether the checksums of image data count, too, which are most of the work.
  /// - Throws: `truncated-image` when the data ends first; `corrupt-image` for a critical chunk with a wrong
  ///   checksum, a chunk type that is none, a header that is missing or malformed, or no image data.
  /// - Complexity: O(bytes).
  init(_ bytes: Span<UInt8>, verifiesImageData: Bool = true) throws(SluiceError) {
    var offset = Self.headerOffset
    while end == 0 {
      guard let length = bytes.uint32(at: offset), offset + 8 <= bytes.count else {
        throw Self.truncated(bytes.count)
      }
      let isFirst = offset == Self.headerOffset
      if isFirst, bytes.hasBytes("CgBI", at: offset + 4) { throw Self.appleVariant }
      guard Self.isChunkType(bytes, at: offset + 4), isFirst == bytes.hasBytes(Self.imageHeader, at: offset + 4)
      else { throw SluiceError(.corruptImage, "no valid chunk where one must stand", byteOffset: offset) }
      guard length <= Int(Int32.max) else {
        throw SluiceError(.corruptImage, "a chunk of impossible length \(length)", byteOffset: offset)
      }
      guard offset + 12 + length <= bytes.count else { throw Self.truncated(bytes.count) }
      let body = bytes.extracting(offset + 8..<offset + 8 + length)
      let isTrusted = !verifiesImageData && bytes.hasBytes("IDAT", at: offset + 4)
      if isTrusted || Self.checksumHolds(bytes, at: offset, length: length) {
        try note(typeAt: offset + 4, in: bytes, body)
      } else if Self.isCritical(bytes[offset + 4]) {
        throw SluiceError(.corruptImage, "a chunk with a wrong checksum", byteOffset: offset)
      } else {
        damagedChunks += 1
        // Behind the pixels nobody verifies checksums of what may be passed over.
        if imageDataBytes == 0 { ambiguousPlaces += 1 }
      }
      offset += 12 + length
      if bytes.hasBytes("IEND", at: offset - 8 - length) { end = offset }
    }
    orientationTexts.note(in: bytes, into: &orientations)
    guard imageDataBytes > 0 else {
      throw SluiceError(.corruptImage, "the PNG has no image data", byteOffset: end)
    }
  }

  private mutating func note(
    typeAt type: Int, in bytes: Span<UInt8>, _ body: Span<UInt8>
  ) throws(SluiceError) {
    func isChunk(_ name: StaticString) -> Bool { bytes.hasBytes(name, at: type) }
    if isChunk("IDAT") {
      imageDataBytes += body.count
    } else if isChunk("IHDR") {
      try noteHeader(body, at: type)
    } else if isChunk("tRNS") {
      noteTransparency(body)
    } else if isChunk("tEXt") || isChunk("zTXt") || isChunk("iTXt") {
      textChunks += 1
      // Pillow keeps texts by their keywords, beside what the header says of interlacing under the same name.
      if imageDataBytes == 0, Self.hasKeyword("interlace", body) { ambiguousPlaces += 1 }
      orientationTexts.find(in: body, at: type + 4, isCompressed: isChunk("zTXt"), isInternational: isChunk("iTXt"))
    } else if isChunk("acTL") {
      if frames == nil { frames = body.uint32(at: 0) }
    } else if isChunk("eXIf") {
      exifBytes += body.count
      orientations.note(exif: ExifSegment.content(of: body, most: 1), counts: !isInAnimation)
    } else if isChunk("fcTL") {
      noteSequence(body, mayBeFirst: true)
      if imageDataBytes == 0 { noteFirstFrame(body) }
      isInAnimation = frames != nil && imageDataBytes > 0
    } else if isChunk("fdAT") {
      hasFrameData = true
      noteSequence(body, mayBeFirst: false)
      if imageDataBytes == 0 { hasOtherFirstFrame = true }
    } else if isChunk("PLTE") {
      if paletteEntries == nil { paletteEntries = min(body.count / 3, 1 << bitDepth) }
      // Some forget a transparency that stood before it.
      if hasTransparency { isTransparencyAmbiguous = true }
    } else if let chunk = PNGColours.Chunk.allCases.first(where: { isChunk($0.type) }) {
      colours.note(chunk, body, at: type + 4, colourPlace)
    } else if !Self.plainChunks.contains(where: isChunk) {
      otherBytes += body.count
    }
  }

  /// Whether the keyword of a text chunk, which a zero or the chunk's end follows, is such a one.
  private static func hasKeyword(_ keyword: StaticString, _ body: Span<UInt8>) -> Bool {
    let length = keyword.utf8CodeUnitCount
    return body.hasBytes(keyword, at: 0) && (body.count == length || body[length] == 0)
  }

  private mutating func noteTransparency(_ body: Span<UInt8>) {
    let isUsual =
      switch colourType {
      case 0: body.count == 2
      case 2: body.count == 6
      case 3: body.count <= paletteEntries ?? -1
      default: false
      }
    if hasTransparency || imageDataBytes > 0 || !isUsual { isTransparencyAmbiguous = true }
    hasTransparency = true
  }

  /// A frame control chunk before the pixels: a number, width, height, and x and y of the frame, and how it is shown.
  private mutating func noteFirstFrame(_ body: Span<UInt8>) {
    isFirstFrame = true
    let area = (1...4).map { body.uint32(at: 4 * $0) }
    if body.count != 26 || area != [width, height, 0, 0] { hasOtherFirstFrame = true }
  }

  /// Frame controls and frame data are numbered from 0 on, in one sequence that a control begins.
  private mutating func noteSequence(_ body: Span<UInt8>, mayBeFirst: Bool) {
    let number = body.uint32(at: 0)
    let next = lastSequenceNumber.map { $0 + 1 } ?? (mayBeFirst ? 0 : nil)
    if number == nil || number != next { ambiguousPlaces += 1 }
    lastSequenceNumber = number ?? lastSequenceNumber
  }

  private var colourPlace: PNGColours.Place {
    guard imageDataBytes == 0 else { return .behindPixels }
    return paletteEntries != nil ? .beforePixels : .beforePalette
  }

  /// How many frames an animation has; `nil` for one that shows the image alone.
  private var framesOfAnimation: Int? {
    if hasOtherFirstFrame { return max(frames ?? 1, 1) }
    return frames == 1 && isFirstFrame && !hasFrameData ? nil : frames
  }

  /// Chunks that say how to show the picture, or are part of it: none of them carries anything else.
  private static let plainChunks: [StaticString] = [
    "IEND", "pHYs", "bKGD", "tIME", "sBIT", "hIST",
  ]

  private mutating func noteHeader(_ body: Span<UInt8>, at offset: Int) throws(SluiceError) {
    guard body.count == 13, let width = body.uint32(at: 0), let height = body.uint32(at: 4) else {
      throw SluiceError(.corruptImage, "an image header of \(body.count) bytes instead of 13", byteOffset: offset)
    }
    self.width = width
    self.height = height
    bitDepth = Int(body[8])
    colourType = Int(body[9])
    isInterlaced = body[12] != 0
  }

  private static func checksumHolds(_ bytes: Span<UInt8>, at offset: Int, length: Int) -> Bool {
    let covered = bytes.extracting(offset + 4..<offset + 8 + length)
    return bytes.uint32(at: offset + 8 + length) == Int(crc32(covered))
  }

  /// Whether four ASCII letters stand at `offset`.
  private static func isChunkType(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
    guard offset + 4 <= bytes.count else { return false }
    return (offset..<offset + 4).allSatisfy { index in
      let folded = bytes[index] | 0x20
      return folded >= 0x61 && folded <= 0x7A
    }
  }

  private static func isCritical(_ firstLetter: UInt8) -> Bool { firstLetter & 0x20 == 0 }

  /// What Xcode makes of the pictures in programs for iPhones: other compression, and colours in another order.
  private static var appleVariant: SluiceError {
    SluiceError(
      .unsupportedImage, "a PNG in Apple's variant for iOS (CgBI)", remedy: "convert it to an ordinary PNG",
      byteOffset: headerOffset)
  }

  private static func truncated(_ count: Int) -> SluiceError {
    SluiceError(.truncatedImage, "the PNG ends before its end chunk", byteOffset: count)
  }
}

extension PNGStructure {
  private static let samplesPerPixel = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4]
  private static let bitDepths = [0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]]
  private static let colourNames = [0: "gray", 2: "rgb", 3: "palette", 4: "gray+alpha", 6: "rgba"]

  var hasAlphaChannel: Bool { colourType & 4 != 0 }
  var isGray: Bool { colourType & 3 == 0 }
  var mayBeTranslucent: Bool { hasAlphaChannel || hasTransparency }
  /// Those that are decoded.
  var channels: PixelChannels { isGray && !hasAlphaChannel ? .gray : .rgb }

  /// Bytes that decoding holds beside the pixels: some rows on their way, 16 bits a sample, and the window of zlib.
  var workingMemory: Int { 4 * 8 * width }

  /// The header, checked against the limits, and against what the data can hold at most.
  ///
  /// - Throws: `corrupt-image` for an unknown colour type or more pixels than the data can hold; size limits.
  func header(within limits: DecodeLimits) throws(SluiceError) -> ImageHeader {
    guard let samples = Self.samplesPerPixel[colourType], let name = Self.colourNames[colourType] else {
      throw SluiceError(
        .corruptImage, "colour type \(colourType) does not exist", byteOffset: Self.headerOffset + 17)
    }
    guard Self.bitDepths[colourType]?.contains(bitDepth) == true else {
      throw SluiceError(
        .corruptImage, "colour type \(colourType) does not have a depth of \(bitDepth) bits",
        byteOffset: Self.headerOffset + 16)
    }
    let size = try limits.permittedSize(width: width, height: height, at: Self.headerOffset + 8)
    // Deflate expands 1032-fold at most (RFC 1951: 258 bytes for two bits); a row has at least one filter byte.
    let needed = size.height * ((size.width * samples * bitDepth + 7) / 8 + 1)
    guard needed <= imageDataBytes * 1032 + 1032 else {
      throw SluiceError(
        .corruptImage,
        "the header declares \(needed) bytes of pixels, but \(imageDataBytes) bytes of data cannot hold them",
        byteOffset: Self.headerOffset + 8)
    }
    return ImageHeader(
      format: .png, size: size, colour: name, channels: channels, bitsPerSample: bitDepth, isInterlaced: isInterlaced,
      jpeg: nil)
  }

  /// Bytes of image data in chunks that begin at `offset` or behind it.
  ///
  /// - Precondition: the bytes are those of the structure, and a chunk begins at `offset`.
  /// - Complexity: O(chunks).
  func imageDataBytes(from offset: Int, in bytes: Span<UInt8>) -> Int {
    var (offset, total) = (offset, 0)
    while offset < end, let length = bytes.uint32(at: offset) {
      if bytes.hasBytes("IDAT", at: offset + 4) { total += length }
      offset += 12 + length
    }
    return total
  }

  /// Findings, for an image in `count` bytes of which `translucent` pixels are not opaque.
  func findings(count: Int, translucent: Int) -> [Finding] {
    var findings: [Finding] = []
    if translucent > 0 { findings.append(Finding(.alpha, count: translucent)) }
    if hasTransparency { findings.append(Finding(.transparency, isAmbiguous: isTransparencyAmbiguous)) }
    if bitDepth == 16 { findings.append(Finding(.deepSamples)) }
    // 45455 is what sRGB images declare; 45454 to 45500 occur for the same thing.
    if let gamma = colours.effectiveGamma, !(45_000...46_000).contains(gamma) {
      findings.append(Finding(.gamma, value: Double(gamma) / 100_000))
    }
    // Primaries cannot change gray.
    let hasForeignPrimaries = !isGray && colours.hasForeignPrimaries
    if colours.profileBytes > 0 || hasForeignPrimaries {
      findings.append(Finding(.colourProfile, count: max(colours.profileBytes, 4 * (hasForeignPrimaries ? 8 : 0))))
    }
    if exifBytes > 0 { findings.append(Finding(.exif, count: exifBytes)) }
    findings += orientations.findings
    if textChunks > 0 { findings.append(Finding(.text, count: textChunks)) }
    if otherBytes > 0 { findings.append(Finding(.otherMetadata, count: otherBytes)) }
    if let frames = framesOfAnimation { findings.append(Finding(.animation, count: frames)) }
    if ambiguousPlaces > 0 { findings.append(Finding(.ambiguousForm, count: ambiguousPlaces)) }
    let damaged = damagedChunks + colours.damagedChunks
    if damaged > 0 { findings.append(Finding(.damagedMetadata, count: damaged)) }
    if count > end { findings.append(Finding(.trailingBytes, count: count - end)) }
    return findings
  }
}
