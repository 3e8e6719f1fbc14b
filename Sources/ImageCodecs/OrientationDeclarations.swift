/// Where EXIF data begins in an APP1 segment.
enum ExifSegment {
  static let signature: StaticString = "Exif\0\0"

  /// What is behind the signatures, of which readers take off a few at most.
  @_lifetime(copy body)
  static func content(of body: Span<UInt8>, most: Int = 2) -> Span<UInt8> {
    var (start, taken) = (0, 0)
    while taken < most, body.hasBytes(signature, at: start) {
      start += signature.utf8CodeUnitCount
      taken += 1
    }
    return body.extracting(start...)
  }
}

/// All that a file says about its orientation, in EXIF data and elsewhere.
///
/// One declaration counts, the one that Pillow's `exif_transpose` goes by: EXIF data, several segments of it put together,
/// and XMP where they have no such tag. What others say is only noted.
struct OrientationDeclarations {
  /// The EXIF data that counts, with its signatures; several segments make one structure.
  private var exif: [UInt8] = []
  private var exifReading = TIFFOrientation.Reading.absent
  /// Whether EXIF data of a PNG was noted that counts.
  private(set) var hasExif = false
  private var xmp: ExifOrientation?
  private var named: Set<ExifOrientation> = []

  /// Longest EXIF data that is put together: eight full segments, where real files have one.
  private static let maxExifBytes = 8 << 16
  private static let xmpSignature: StaticString = "http://ns.adobe.com/xap/1.0/\0"

  /// Notes EXIF data of a JPEG.
  ///
  /// - Parameters:
  ///   - body: of a segment that begins with the signature.
  ///   - isEffective: whether readers come that far.
  mutating func note(exifSegment body: Span<UInt8>, isEffective: Bool) {
    named.formUnion(TIFFOrientation(ExifSegment.content(of: body)).named)
    guard isEffective else { return }
    // Of the segments behind the first, one signature is taken off.
    let start = exif.isEmpty ? 0 : ExifSegment.signature.utf8CodeUnitCount
    for offset in start..<max(start, min(body.count, start + Self.maxExifBytes - exif.count)) {
      exif.append(body[offset])
    }
  }

  /// Notes an APP1 segment of a JPEG that is none of EXIF.
  mutating func note(otherSegment body: Span<UInt8>, isEffective: Bool) {
    if body.hasBytes(Self.xmpSignature, at: 0) {
      note(xmp: body.extracting(Self.xmpSignature.utf8CodeUnitCount...), isEffective: isEffective)
    } else if body.hasBytes("Exif", at: 0), body.count > 6 {
      // EXIF data that stands where it does not count, or that ends its letters in another way, which some overlook.
      named.formUnion(TIFFOrientation(body.extracting(6...)).named)
    }
  }

  /// Notes EXIF data of a PNG, without the signature. The last counts.
  mutating func note(exif content: Span<UInt8>, isEffective: Bool) {
    let found = TIFFOrientation(content)
    named.formUnion(found.named)
    guard isEffective else { return }
    exifReading = found.reading
    hasExif = true
  }

  /// Notes an XMP packet. The last counts.
  mutating func note(xmp packet: Span<UInt8>, isEffective: Bool) {
    let found = XMPOrientation(packet)
    named.formUnion(found.named)
    if isEffective { xmp = found.declared }
  }

  /// The declaration that counts; `nil` where there is none.
  var effective: ExifOrientation? {
    let reading = exif.isEmpty ? exifReading : TIFFOrientation(ExifSegment.content(of: exif.span)).reading
    switch reading {
    case .present(let orientation): return orientation
    case .absent: return xmp
    case .malformed: return nil
    }
  }

  var findings: [Finding] {
    let effective = effective ?? .upright
    var findings: [Finding] = []
    if effective != .upright { findings.append(Finding(.orientation, value: Double(effective.rawValue))) }
    let others = named.subtracting([effective]).map(\.rawValue)
    if let other = others.max() {
      findings.append(Finding(.otherOrientation, count: others.count, value: Double(other)))
    }
    return findings
  }
}
