/// Images that are written as text, by how they begin.
///
/// Their readers skip blanks and comments of any length, so nothing is bounded here. Netpbm's formats are told from words by the
/// numbers that must follow, SVG from other markup by its first element.
enum WrittenImage {
  private static let longestSign = 32

  /// - Complexity: O(bytes).
  static func begins(_ bytes: some Collection<UInt8>) -> Bool {
    let text = bytes.drop { $0.isBlank || [0xEF, 0xBB, 0xBF].contains($0) }
    let head = text.prefix(longestSign).map(\.inSmallLetters)
    if signs.contains(where: { head.has($0, at: 0) }) { return true }
    switch head.first {
    // XBM; FITS, whose names are eight characters wide.
    case UInt8(ascii: "#"): return head.has("#define", at: 0) && head.dropFirst(7).first?.isBlank == true
    case UInt8(ascii: "s"): return head.has("simple  ", at: 0) && isTrue(head.dropFirst(8))
    case UInt8(ascii: "p"): return isNetpbm(Array(text)[...], head)
    case UInt8(ascii: "<"): return isSVG(text.map(\.inSmallLetters)[...])
    default: return false
    }
  }

  /// XPM, PostScript, Radiance, and ImageMagick's own.
  private static let signs: [StaticString] = [
    "/* xpm */", "! xpm2", "%!ps", "#?radiance", "#?rgbe", "# imagemagick pixel", "id=imagemagick",
  ]

  private static func isTrue(_ value: ArraySlice<UInt8>) -> Bool {
    let word = value.drop { $0.isBlank || $0 == UInt8(ascii: "=") }
    return word.first == UInt8(ascii: "t") && word.dropFirst().first?.isBlank != false
  }

  // MARK: - Netpbm

  /// Those of Netpbm, with floating-point numbers, and with the colours that Pillow adds.
  private static let netpbm: [StaticString] = [
    "p1", "p2", "p3", "p4", "p5", "p6", "p7", "pf4", "pf", "p0cmyk", "pyp", "pyrgba", "pycmyk",
  ]
  private static let fieldsOfPAM: [StaticString] = ["width", "height", "depth", "maxval", "tupltype", "endhdr"]

  /// A sign, and the width and the height, or a field of a header that names them.
  private static func isNetpbm(_ text: ArraySlice<UInt8>, _ head: [UInt8]) -> Bool {
    guard let sign = netpbm.first(where: { head.has($0, at: 0) }) else { return false }
    let rest = text.dropFirst(sign.utf8CodeUnitCount)
    guard let next = rest.first, next.isBlank || next == UInt8(ascii: "#") else { return false }
    let header = behindComments(rest)
    if sign.description == "p7" {
      let word = header.prefix(longestSign).map(\.inSmallLetters)
      if fieldsOfPAM.contains(where: { word.has($0, at: 0) }) { return true }
    }
    guard header.first?.isInNumber == true else { return false }
    let end = header.drop(while: \.isInNumber)
    // Readers take any character for the end of a number.
    return behindComments(end.first == UInt8(ascii: "#") ? end : end.dropFirst()).first?.isInNumber == true
  }

  private static func behindComments(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = text.drop(while: \.isBlank)
    while rest.first == UInt8(ascii: "#") { rest = rest.drop { !$0.isLineEnd }.drop(while: \.isBlank) }
    return rest
  }

  // MARK: - SVG

  /// Whether the first element is `svg`, of whatever prefix, behind comments and declarations.
  private static func isSVG(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    while rest.first == UInt8(ascii: "<") {
      if rest.starts(with: "<!--".utf8) {
        rest = behind("-->", in: rest)
      } else if rest.starts(with: "<?".utf8) {
        rest = behind("?>", in: rest)
      } else if rest.starts(with: "<!doctype".utf8) {
        rest = rest.drop { $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "[") }
        // Declarations of its own may hold anything.
        guard rest.first == UInt8(ascii: ">") else { return mentionsSVG(text) }
        rest = rest.dropFirst()
      } else {
        return isElementOfSVG(rest.dropFirst())
      }
      rest = rest.drop(while: \.isBlank)
    }
    return mentionsSVG(text)
  }

  private static func isElementOfSVG(_ tag: ArraySlice<UInt8>) -> Bool {
    let name = tag.prefix { !$0.isBlank && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ">") }
    return name.elementsEqual("svg".utf8) || name.suffix(4).elementsEqual(":svg".utf8)
  }

  private static func mentionsSVG(_ text: ArraySlice<UInt8>) -> Bool {
    ["<svg", ":svg"].contains { !BytePattern(Array($0.utf8)).offsets(in: text.span, most: 1).isEmpty }
  }

  /// What stands behind the first such mark; nothing where there is none.
  private static func behind(_ mark: String, in text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let offset = BytePattern(Array(mark.utf8)).offsets(in: text.span, most: 1).first else { return [] }
    return text.dropFirst(offset + mark.utf8.count)
  }
}

extension UInt8 {
  /// Of a whole number as Python reads one.
  fileprivate var isInNumber: Bool { (0x30...0x39).contains(self) || "+_".utf8.contains(self) }

  var isLineEnd: Bool { self == 0x0A || self == 0x0D }
}
