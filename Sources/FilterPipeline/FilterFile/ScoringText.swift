import Yams

/// What a filter's scores and their weights depend on, as canonical text: the same for two files that give the same scores, and another as
/// soon as a score might differ.
///
/// Names of models and references are part of it, their contents are not: those have digests of their own.
enum ScoringText {
  private static let sections = [
    "decode", "preprocess", "normalize", "tensor", "classifier", "models", "autoencoders", "detectors",
  ]

  static func text(of root: Node) -> String {
    sections.map { section in
      // By its text alone, as it is read: to Yams, a key with a tag is another key.
      let value = root.mapping?.first { $0.key.scalar?.string == section }?.value
      return "\(section): \(value.map { canonical($0, ScoringPlace(section: section)) } ?? "none")\n"
    }.joined()
  }

  private static func canonical(_ node: Node, _ place: ScoringPlace) -> String {
    switch node {
    case .scalar(let scalar): return quoted(scalar.string)
    case .sequence(let elements):
      return "[" + elements.map { canonical($0, place.element) }.joined(separator: ",") + "]"
    case .mapping(let members):
      let shown = members.map { (key: $0.key.scalar?.string ?? "", value: $0.value) }
        .filter { !place.withoutEffect.contains($0.key) }.sorted { $0.key < $1.key }
      let texts = shown.map { "\(quoted($0.key)):\(canonical($0.value, place.member($0.key)))" }
      return "{" + texts.joined(separator: ",") + "}"
    case .alias: return "*"
    }
  }

  /// A number in one spelling, whatever the file's.
  private static func quoted(_ text: String) -> String {
    if let number = Double(text), number.isFinite { return "\(number)" }
    return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
