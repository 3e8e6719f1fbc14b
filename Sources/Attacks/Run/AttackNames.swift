/// Names for attacked pictures: what the original is called, to which `TrueClasses` adds the true class. The same pictures have
/// the same names under every attack, which is how an evaluation finds them again.
struct AttackNames {
  private var taken: Set<String> = []

  /// Beyond this a name is cut off: file systems take 255 bytes.
  private static let longest = 150

  /// - Parameters:
  ///   - source: a path, or a member of an archive.
  mutating func name(for source: String) -> String {
    let file = source.split(separator: "/").last.map(String.init) ?? "picture"
    let stem = file.lastIndex(of: ".").map { $0 == file.startIndex ? file : String(file[..<$0]) } ?? file
    let safe = String(
      String.UnicodeScalarView(
        stem.unicodeScalars.prefix(Self.longest).map { $0.isASCII && Self.isPlain($0) ? $0 : "-" }))
    // Two underlines stand behind a class that was put before a name, and nowhere else.
    let plain = safe.replacing("__", with: "_-")
    let base = plain.hasPrefix(".") ? "-" + plain : plain
    var name = base
    var number = 1
    while !taken.insert(name).inserted {
      number += 1
      name = "\(base)-\(number)"
    }
    return name
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": true
    default: false
    }
  }
}
