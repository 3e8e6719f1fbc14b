import Common
import Pixels

/// A walk over the chunks of one PNG (W3C PNG specification, third edition): what it declares, and where it ends.
struct PNGStructure {
  private(set) var width = 0
  private(set) var height = 0
  private(set) var bitDepth = 0
  /// That of the header, also where no colour type has it.
  private var colourNumber: UInt8 = 0
  private(set) var isInterlaced = false
  private(set) var hasTransparency = false
  /// Whether a transparency stands where, or has a form in which, some viewers honour it and others do not.
  private(set) var isTransparencyAmbiguous = false
  private(set) var imageDataBytes = 0
  private(set) var colours = PNGColours()
  /// No more than samples can name.
  private var paletteEntries: Int?
  private(set) var textChunks = 0
  private var animation = PNGAnimation()
  /// Places that some readers pass over and others do not.
  private var ambiguousPlaces = 0
  private(set) var exifBytes = 0
  private var orientationTexts = OrientationTexts()
  private(set) var orientations = OrientationDeclarations()
  private(set) var otherBytes = 0
  private(set) var damagedChunks = 0
  /// One past the end chunk.
  private(set) var end = 0

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
      let chunk = PNGChunk(typeAt: offset + 4, in: bytes)
      guard Self.isChunkType(bytes, at: offset + 4), isFirst == (chunk == .header) else {
        throw SluiceError(.corruptImage, "no valid chunk where one must stand", byteOffset: offset)
      }
      guard length <= Int(Int32.max) else {
        throw SluiceError(.corruptImage, "a chunk of impossible length \(length)", byteOffset: offset)
      }
      guard offset + 12 + length <= bytes.count else { throw Self.truncated(bytes.count) }
      let body = bytes.extracting(offset + 8..<offset + 8 + length)
      let isTrusted = !verifiesImageData && chunk == .imageData
      if isTrusted || Self.checksumHolds(bytes, at: offset, length: length) {
        try note(chunk, body, at: offset + 8)
      } else if Self.isCritical(bytes[offset + 4]) {
        throw SluiceError(.corruptImage, "a chunk with a wrong checksum", byteOffset: offset)
      } else {
        damagedChunks += 1
        // Behind the pixels nobody verifies checksums of what may be passed over.
        if !isBehindPixels { ambiguousPlaces += 1 }
      }
      offset += 12 + length
      if chunk == .end { end = offset }
    }
    orientationTexts.note(in: bytes, into: &orientations)
    guard imageDataBytes > 0 else {
      throw SluiceError(.corruptImage, "the PNG has no image data", byteOffset: end)
    }
  }

  /// Notes a chunk whose body begins at `offset` of the file.
  private mutating func note(_ chunk: PNGChunk?, _ body: Span<UInt8>, at offset: Int) throws(SluiceError) {
    switch chunk {
    case .header: try noteHeader(body, at: offset)
    case .palette: notePalette(body)
    case .imageData: imageDataBytes += body.count
    case .transparency: noteTransparency(body)
    case .gamma: colours.note(.gamma, body, at: offset, colourPlace)
    case .sRGB: colours.note(.sRGB, body, at: offset, colourPlace)
    case .chromaticities: colours.note(.chromaticities, body, at: offset, colourPlace)
    case .profile: colours.note(.profile, body, at: offset, colourPlace)
    case .codingPoints: colours.note(.codingPoints, body, at: offset, colourPlace)
    case .animationControl: animation.note(control: body)
    case .frameControl:
      animation.note(frameControl: body, width: width, height: height, isBehindPixels: isBehindPixels)
    case .frameData: animation.note(frameData: body, isBehindPixels: isBehindPixels)
    case .exif:
      exifBytes += body.count
      orientations.note(exif: ExifSegment.content(of: body, most: 1), isEffective: !animation.isUnderWay)
    case .text: noteText(body, at: offset)
    case .compressedText: noteText(body, at: offset, isCompressed: true)
    case .internationalText: noteText(body, at: offset, isInternational: true)
    case .end, .physicalSize, .background, .time, .significantBits, .histogram: break
    case nil: otherBytes += body.count
    }
  }

  private var isBehindPixels: Bool { imageDataBytes > 0 }

  private mutating func noteText(
    _ body: Span<UInt8>, at offset: Int, isCompressed: Bool = false, isInternational: Bool = false
  ) {
    textChunks += 1
    // Pillow keeps texts by their keywords, beside what the header says of interlacing under the same name.
    if !isBehindPixels, Self.hasKeyword("interlace", body) { ambiguousPlaces += 1 }
    orientationTexts.find(in: body, at: offset, isCompressed: isCompressed, isInternational: isInternational)
  }

  /// Whether the keyword of a text chunk, which a zero or the chunk's end follows, is such a one.
  private static func hasKeyword(_ keyword: StaticString, _ body: Span<UInt8>) -> Bool {
    let length = keyword.utf8CodeUnitCount
    return body.hasBytes(keyword, at: 0) && (body.count == length || body[length] == 0)
  }

  private mutating func noteTransparency(_ body: Span<UInt8>) {
    let isUsual =
      switch colourType {
      case .gray: body.count == 2
      case .rgb: body.count == 6
      case .palette: body.count <= paletteEntries ?? -1
      case .grayAlpha, .rgba, nil: false
      }
    if hasTransparency || isBehindPixels || !isUsual { isTransparencyAmbiguous = true }
    hasTransparency = true
  }

  private mutating func notePalette(_ body: Span<UInt8>) {
    if paletteEntries == nil { paletteEntries = min(body.count / 3, 1 << bitDepth) }
    // Some forget a transparency that stood before it.
    if hasTransparency { isTransparencyAmbiguous = true }
  }

  private var colourPlace: PNGColours.Place {
    guard !isBehindPixels else { return .behindPixels }
    return paletteEntries != nil ? .beforePixels : .beforePalette
  }

  private mutating func noteHeader(_ body: Span<UInt8>, at offset: Int) throws(SluiceError) {
    guard body.count == 13, let width = body.uint32(at: 0), let height = body.uint32(at: 4) else {
      throw SluiceError(.corruptImage, "an image header of \(body.count) bytes instead of 13", byteOffset: offset - 4)
    }
    self.width = width
    self.height = height
    bitDepth = Int(body[8])
    colourNumber = body[9]
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
  /// `nil` for one that does not exist, of which there is no `header(within:)`.
  private var colourType: PNGColourType? { PNGColourType(rawValue: colourNumber) }

  var mayBeTranslucent: Bool { colourType?.hasAlpha == true || hasTransparency }

  /// Bytes that decoding holds beside the pixels: some rows on their way, 16 bits a sample, and the window of zlib.
  var workingMemory: Int { 4 * 8 * width }

  /// The header, checked against the limits, and against what the data can hold at most.
  ///
  /// - Throws: `corrupt-image` for an unknown colour type or more pixels than the data can hold; size limits.
  func header(within limits: DecodeLimits) throws(SluiceError) -> ImageHeader {
    guard let colourType else {
      throw SluiceError(
        .corruptImage, "colour type \(colourNumber) does not exist", byteOffset: Self.headerOffset + 17)
    }
    guard colourType.depths.contains(bitDepth) else {
      throw SluiceError(
        .corruptImage, "colour type \(colourNumber) does not have a depth of \(bitDepth) bits",
        byteOffset: Self.headerOffset + 16)
    }
    let size = try limits.permittedSize(width: width, height: height, at: Self.headerOffset + 8)
    // Deflate expands 1032-fold at most (RFC 1951: 258 bytes for two bits); a row has at least one filter byte.
    let needed = size.height * ((size.width * colourType.samples * bitDepth + 7) / 8 + 1)
    guard needed <= imageDataBytes * 1032 + 1032 else {
      throw SluiceError(
        .corruptImage,
        "the header declares \(needed) bytes of pixels, but \(imageDataBytes) bytes of data cannot hold them",
        byteOffset: Self.headerOffset + 8)
    }
    return ImageHeader(
      format: .png, size: size, colour: colourType.name, channels: colourType.channels, bitsPerSample: bitDepth,
      isInterlaced: isInterlaced, jpeg: nil)
  }

  /// Bytes of image data in chunks that begin at `offset` or behind it.
  ///
  /// - Precondition: the bytes are those of the structure, and a chunk begins at `offset`.
  /// - Complexity: O(chunks).
  func imageDataBytes(from offset: Int, in bytes: Span<UInt8>) -> Int {
    var (offset, total) = (offset, 0)
    while offset < end, let length = bytes.uint32(at: offset) {
      if PNGChunk(typeAt: offset + 4, in: bytes) == .imageData { total += length }
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
    let hasForeignPrimaries = colourType?.isGray != true && colours.hasForeignPrimaries
    if colours.profileBytes > 0 || hasForeignPrimaries {
      findings.append(Finding(.colourProfile, count: max(colours.profileBytes, 4 * (hasForeignPrimaries ? 8 : 0))))
    }
    if exifBytes > 0 { findings.append(Finding(.exif, count: exifBytes)) }
    findings += orientations.findings
    if textChunks > 0 { findings.append(Finding(.text, count: textChunks)) }
    if otherBytes > 0 { findings.append(Finding(.otherMetadata, count: otherBytes)) }
    if let frames = animation.frames { findings.append(Finding(.animation, count: frames)) }
    let ambiguous = ambiguousPlaces + animation.ambiguousPlaces
    if ambiguous > 0 { findings.append(Finding(.ambiguousForm, count: ambiguous)) }
    let damaged = damagedChunks + colours.damagedChunks
    if damaged > 0 { findings.append(Finding(.damagedMetadata, count: damaged)) }
    if count > end { findings.append(Finding(.trailingBytes, count: count - end)) }
    return findings
  }
}
