import Common

/// The text chunks of a PNG that may declare an orientation: EXIF data as ImageMagick writes it in hexadecimal digits, and
/// XMP packets. They are noted on the way, and read at the end: of each kind the last one counts, and no more than that
/// is ever inflated.
struct OrientationTexts {
  private struct Text {
    /// Where its bytes lie in the file.
    let range: Range<Int>
    let isCompressed: Bool
  }

  private var texts: [Keyword: Text] = [:]

  private enum Keyword: CaseIterable {
    /// EXIF data as it is; some old writers did so.
    case plainExif
    case exifProfile
    /// EXIF data or an XMP packet, as it stood in a JPEG.
    case segmentProfile
    case xmp

    var text: StaticString {
      switch self {
      case .plainExif: "exif\0"
      case .exifProfile: "Raw profile type exif\0"
      case .segmentProfile: "Raw profile type APP1\0"
      case .xmp: "XML:com.adobe.xmp\0"
      }
    }
  }

  /// Longest text that is inflated; readers refuse more.
  private static let maxBytes = 1 << 20

  /// Notes the text chunk whose body begins at `start` of the file, where it has one of the keywords.
  mutating func find(in body: Span<UInt8>, at start: Int, isCompressed: Bool, isInternational: Bool) {
    guard let keyword = Keyword.allCases.first(where: { body.hasBytes($0.text, at: 0) }) else { return }
    var offset = keyword.text.utf8CodeUnitCount
    var isCompressed = isCompressed
    if isInternational {
      // Whether it is compressed, how, and two texts that end with a zero: a language, and the keyword in it.
      guard offset + 2 <= body.count else { return }
      isCompressed = body[offset] != 0
      for place in 0..<2 {
        guard let zero = body.firstOffset(of: 0, from: place == 0 ? offset + 2 : offset) else { return }
        offset = zero + 1
      }
    } else if isCompressed {
      offset += 1
    }
    guard offset <= body.count, keyword != .plainExif || !(isCompressed || isInternational) else { return }
    texts[keyword] = Text(range: start + offset..<start + body.count, isCompressed: isCompressed)
  }

  /// Reads what was noted. A profile counts where no chunk of its own holds EXIF data.
  ///
  /// - Complexity: O(bytes of the texts), inflated at most a mebibyte each.
  func note(in bytes: Span<UInt8>, into declarations: inout OrientationDeclarations) {
    for keyword in Keyword.allCases {
      guard let text = texts[keyword] else { continue }
      let stored = bytes.extracting(text.range)
      if text.isCompressed {
        let inflated = [UInt8](inflating: stored, atMost: Self.maxBytes)
        Self.note(inflated.span, keyword, &declarations)
      } else {
        Self.note(stored, keyword, &declarations)
      }
    }
  }

  private static func note(_ text: Span<UInt8>, _ keyword: Keyword, _ declarations: inout OrientationDeclarations) {
    switch keyword {
    case .plainExif: declarations.note(exif: ExifSegment.content(of: text), isEffective: !declarations.hasExif)
    case .exifProfile:
      let profile = rawProfile(text)
      declarations.note(exif: ExifSegment.content(of: profile.span), isEffective: !declarations.hasExif)
    case .segmentProfile:
      let profile = rawProfile(text)
      declarations.note(otherSegment: profile.span, isEffective: false)
    case .xmp: declarations.note(xmp: text, isEffective: true)
    }
  }

  /// The bytes that a profile stands for: three lines (the first one empty, a name, a length), and hexadecimal digits.
  /// Empty where anything else stands among them.
  private static func rawProfile(_ text: Span<UInt8>) -> [UInt8] {
    var offset = 0
    for _ in 0..<3 {
      guard let end = text.firstOffset(of: UInt8(ascii: "\n"), from: offset) else { return [] }
      offset = end + 1
    }
    var profile: [UInt8] = []
    var high: UInt8?
    for place in offset..<min(text.count, offset + maxBytes) {
      let byte = text[place]
      if byte == 0x20 || (0x09...0x0D).contains(byte) { continue }
      guard let digit = Hexadecimal.value(byte) else { return [] }
      guard let first = high.take() else {
        high = digit
        continue
      }
      profile.append(first << 4 | digit)
    }
    return profile
  }
}
