import Common

/// A walk over the markers of one JPEG (ITU-T T.81 annex B): what it declares, and where it ends.
struct JPEGStructure {
  private(set) var frame: JPEGFrame?
  private(set) var frameOffset = 0
  private var quantisationTables: [Int: [Int]] = [:]
  private(set) var scans = 0
  private var componentsInFirstScan = 0
  /// How often a coefficient is visited: the coefficients of every scan, summed.
  private(set) var coefficientVisits = 0
  private var refinement: JPEGRefinement?
  private var isJFIF = false
  private var adobeTransform: Int?
  private(set) var orientations = OrientationDeclarations()
  private(set) var exifBytes = 0
  /// As many as a profile can have, and one more: then it has none.
  private(set) var profileSegments: [ColourProfile.Segment] = []
  private(set) var profileBytes = 0
  private(set) var comments = 0
  private(set) var otherBytes = 0
  private(set) var hasMultiplePictures = false
  /// Restart markers between segments, and segments of impossible length: the decoder passes over them in silence. It
  /// reports itself what stands between segments and is no marker.
  private(set) var irregularities = 0
  /// Places that some readers pass over and others do not.
  private var ambiguousPlaces = 0
  /// One past the end-of-image marker.
  private(set) var end = 0

  /// Walks from the start-of-image marker to the end-of-image marker, past whatever stands between segments, as libjpeg
  /// does: walk and decoder have to see the same segments.
  ///
  /// - Throws: `truncated-image` when the data ends first, `corrupt-image` for a marker that cannot stand in its place,
  ///   `too-many-scans`.
  /// - Complexity: O(bytes).
  init(_ bytes: Span<UInt8>) throws(SluiceError) {
    var offset = 2
    while true {
      let marker = try Self.marker(at: &offset, in: bytes)
      if marker == .endOfImage { break }
      if marker.isPassedOver {
        irregularities += 1
        // Pillow refuses it where it looks for the first scan.
        if marker == .temporary, scans == 0 { ambiguousPlaces += 1 }
        continue
      }
      guard marker.beginsSegment else {
        throw SluiceError(
          .corruptImage, "a marker that cannot stand here (0xFF\(hex(marker.rawValue)))", byteOffset: offset - 2)
      }
      guard let length = bytes.uint16(at: offset) else { throw Self.truncated(bytes.count) }
      guard length >= 2 || marker.mayBeSkipped else {
        throw SluiceError(.corruptImage, "a segment of impossible length \(length)", byteOffset: offset)
      }
      // The length counts its own two bytes; of an impossible one, these are all that is taken.
      if length < 2 { irregularities += 1 }
      let next = offset + max(2, length)
      guard next <= bytes.count else { throw Self.truncated(bytes.count) }
      try note(marker, bytes.extracting(offset + 2..<next), at: offset)
      offset = next
      if marker == .startOfScan { offset = try Self.endOfScan(from: offset, in: bytes) }
    }
    end = offset
  }

  private mutating func note(_ marker: JPEGMarker, _ body: Span<UInt8>, at offset: Int) throws(SluiceError) {
    switch marker {
    case .startOfScan:
      scans += 1
      guard scans <= DecodeLimits.maxScans else {
        throw SluiceError(
          .tooManyScans, "more than \(DecodeLimits.maxScans) scans", byteOffset: offset)
      }
      noteScan(body)
    case .comment: comments += 1
    case .quantisationTables where scans == 0:
      for table in JPEGCompression.quantisationTables(in: body) { quantisationTables[table.number] = table.values }
    case .exifSegment where body.hasBytes(ExifSegment.signature, at: 0):
      exifBytes += body.count - ExifSegment.signature.utf8CodeUnitCount
      orientations.note(exifSegment: body, isEffective: scans == 0)
    case .exifSegment:
      otherBytes += body.count
      orientations.note(otherSegment: body, isEffective: scans == 0)
    case .applicationSegment2 where body.hasBytes(ColourProfile.Segment.signature, at: 0):
      let segment = ColourProfile.Segment(body, at: offset + 2)
      profileBytes += segment.range.count
      if profileSegments.count <= ColourProfile.Segment.maxCount { profileSegments.append(segment) }
    case .applicationSegment2 where Self.isMultiPictureIndex(body): hasMultiplePictures = true
    // The decoder settles the colours at the first scan.
    case .applicationSegment0 where scans == 0 && body.hasBytes("JFIF\0", at: 0) && body.count >= 14: isJFIF = true
    case .adobeSegment where scans == 0 && body.hasBytes("Adobe", at: 0) && body.count >= 12:
      adobeTransform = Int(body[11])
    case _ where marker.isFrame: try noteFrame(marker, body, at: offset)
    case _ where marker.isApplicationData && !body.hasBytes("JFIF\0", at: 0): otherBytes += body.count
    default: break
    }
  }

  /// Whether a segment is the index of a Multi-Picture file (CIPA DC-007): a TIFF structure behind four letters.
  private static func isMultiPictureIndex(_ body: Span<UInt8>) -> Bool {
    body.hasBytes("MPF\0", at: 0) && (body.hasBytes("II*\0", at: 4) || body.hasBytes("MM\0*", at: 4))
  }

  private mutating func noteFrame(
    _ marker: JPEGMarker, _ body: Span<UInt8>, at offset: Int
  ) throws(SluiceError) {
    guard frame == nil else { throw SluiceError(.corruptImage, "a second frame header", byteOffset: offset) }
    guard let declared = JPEGFrame(marker, body) else {
      throw SluiceError(.corruptImage, "a frame header of a wrong length", byteOffset: offset)
    }
    frame = declared
    frameOffset = offset
    refinement = JPEGRefinement(components: declared.components.count)
  }

  /// The number of components, two bytes for each (its name, and its tables), and three for the part of the
  /// coefficients that is brought.
  private mutating func noteScan(_ body: Span<UInt8>) {
    guard let frame, let count = body.isEmpty ? nil : Int(body[0]), body.count >= 1 + 2 * count else { return }
    if scans == 1 { componentsInFirstScan = count }
    let names = (0..<count).map { body[1 + 2 * $0] }
    coefficientVisits += frame.coefficients(inScanOf: names)
    refinement?.note(frame.components(inScanOf: names), frame.isProgressive ? body.extracting((1 + 2 * count)...) : nil)
  }

  /// The next marker at or after `offset`, past fill bytes and whatever is no marker; moves `offset` behind it.
  private static func marker(at offset: inout Int, in bytes: Span<UInt8>) throws(SluiceError) -> JPEGMarker {
    while let found = bytes.firstOffset(of: 0xFF, from: offset) {
      offset = found
      while offset < bytes.count, bytes[offset] == 0xFF { offset += 1 }
      guard offset < bytes.count else { break }
      offset += 1
      // A stuffed zero makes the bytes before it data.
      if bytes[offset - 1] != 0 { return JPEGMarker(rawValue: bytes[offset - 1]) }
    }
    throw truncated(bytes.count)
  }

  /// The offset of the first marker after entropy-coded data.
  private static func endOfScan(from start: Int, in bytes: Span<UInt8>) throws(SluiceError) -> Int {
    var start = start
    while let offset = bytes.firstOffset(of: 0xFF, from: start), offset + 1 < bytes.count {
      let next = bytes[offset + 1]
      if next != 0xFF, !JPEGMarker(rawValue: next).continuesScan { return offset }
      start = offset + 1
    }
    throw truncated(bytes.count)
  }

  private static func truncated(_ count: Int) -> SluiceError {
    SluiceError(.truncatedImage, "the JPEG ends before its end-of-image marker", byteOffset: count)
  }
}

/// Two hexadecimal digits.
func hex(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return digits.count == 1 ? "0" + digits : digits
}

extension JPEGStructure {
  /// The header, checked against the limits.
  ///
  /// - Throws: `corrupt-image` without a frame, `unsupported-image` for arithmetic coding, lossless and
  ///   hierarchical processes, samples other than 8 bits, and 2 or more than 4 components; the size limits; and
  ///   `too-much-work`.
  func header(within limits: DecodeLimits) throws(SluiceError) -> ImageHeader {
    guard let frame else {
      throw SluiceError(.corruptImage, "the JPEG has no frame header", byteOffset: end)
    }
    guard [0xC0, 0xC1, 0xC2].contains(frame.marker.rawValue) else {
      throw SluiceError(
        .unsupportedImage, "a JPEG coding process that is not decoded (\(frame.marker.processName))",
        remedy: "save it as baseline or progressive JPEG", byteOffset: frameOffset)
    }
    guard frame.precision == 8 else {
      throw SluiceError(
        .unsupportedImage, "a JPEG of \(frame.precision) bits for each sample",
        remedy: "save it with 8 bits for each sample",
        byteOffset: frameOffset)
    }
    guard [1, 3, 4].contains(frame.announcedComponents) else {
      throw SluiceError(
        .unsupportedImage, "a JPEG of \(frame.announcedComponents) components; 1, 3 and 4 are decoded",
        byteOffset: frameOffset)
    }
    let size = try limits.permittedSize(width: frame.width, height: frame.height, at: frameOffset)
    guard coefficientVisits <= limits.maxCoefficientVisits else {
      throw SluiceError(
        .tooMuchWork,
        "the \(scans) scans would visit \(coefficientVisits) coefficients; at most \(limits.maxCoefficientVisits) are permitted",
        remedy: "save it with fewer scans, or as a baseline JPEG", byteOffset: frameOffset)
    }
    return ImageHeader(
      format: .jpeg, size: size, colour: colourName(frame), channels: frame.channels,
      bitsPerSample: frame.precision, isInterlaced: frame.isProgressive, jpeg: compression(frame))
  }

  private func compression(_ frame: JPEGFrame) -> JPEGCompression {
    JPEGCompression(
      quality: frame.lumaTable.flatMap { quantisationTables[$0] }.map(JPEGCompression.quality),
      subsampling: .init(factors: frame.components.map { ($0.horizontal, $0.vertical) }))
  }

  /// Whether all coefficients have to be kept until the last scan has been read.
  private var keepsCoefficients: Bool {
    frame.map { $0.isProgressive || componentsInFirstScan < $0.announcedComponents } ?? false
  }

  /// Bytes that decoding holds beside the pixels: rows on their way, and coefficients that later scans refine.
  var workingMemory: Int {
    guard let frame else { return 0 }
    let rows = 6 * frame.samplesInRowOfGroups + 64 * frame.width
    return rows + (keepsCoefficients ? min(2 * frame.coefficients, DecodeLimits.coefficientMemory(fileBytes: end)) : 0)
  }

  /// The colours, as libjpeg settles them: JFIF before Adobe's segment, and that before the names of the components.
  private func colourName(_ frame: JPEGFrame) -> String {
    switch frame.announcedComponents {
    case 1: "gray"
    case 3:
      switch (isJFIF, adobeTransform) {
      case (true, _): "ycbcr"
      case (false, let transform?): transform == 0 ? "rgb" : "ycbcr"
      case (false, nil): frame.components.map(\.name).elementsEqual("RGB".utf8) ? "rgb" : "ycbcr"
      }
    default: (adobeTransform ?? 0) == 0 ? "cmyk" : "ycck"
    }
  }

  /// Whether nothing says if its four colours count ink or, as Adobe writes them, what is left of white: Pillow and OpenCV take
  /// the second for granted, and TensorFlow the first, so that they show each other's negatives.
  private var leavesInkOpen: Bool { frame?.announcedComponents == 4 && adobeTransform == nil }

  /// Findings, for an image in `count` bytes.
  func findings(count: Int) -> [Finding] {
    var findings: [Finding] = []
    if frame?.announcedComponents == 4 { findings.append(Finding(.cmyk)) }
    if exifBytes > 0 { findings.append(Finding(.exif, count: exifBytes)) }
    findings += orientations.findings
    if profileBytes > 0 { findings.append(Finding(.colourProfile, count: profileBytes)) }
    if comments > 0 { findings.append(Finding(.text, count: comments)) }
    if otherBytes > 0 { findings.append(Finding(.otherMetadata, count: otherBytes)) }
    if let missing = refinement?.missing, missing > 0 { findings.append(Finding(.incompleteScans, count: missing)) }
    let ambiguous = ambiguousPlaces + (leavesInkOpen ? 1 : 0)
    if ambiguous > 0 { findings.append(Finding(.ambiguousForm, count: ambiguous)) }
    if hasMultiplePictures { findings.append(Finding(.multiplePictures)) }
    if count > end { findings.append(Finding(.trailingBytes, count: count - end)) }
    return findings
  }
}
