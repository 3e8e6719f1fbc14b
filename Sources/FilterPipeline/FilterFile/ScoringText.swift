import Yams

/// What a filter's scores and their weights depend on, as canonical text: the same for two files that give the same scores, and another as
/// soon as a score might differ.
///
/// Names of models and references are part of it, their contents are not: those have digests of their own.
enum ScoringText {
  private static let sections = [
    "decode", "preprocess", "normalize", "tensor", "classifier", "models", "autoencoders", "detectors",
  ]
  /// What decides about scores, or names things, without changing a score.
  private static let withoutEffect: Set<String> = [
    "threshold", "reference", "private", "maxBatch", "formats", "maxBytes", "maxPixels", "maxDimension",
  ]
  /// Where files lie and how they are opened, which only models say.
  private static let withoutEffectInEngines: Set<String> = ["model", "labels", "library"]

  static func text(of root: Node) -> String {
    sections.map { section in "\(section): \(root.mapping?[Node(section)].map { canonical($0) } ?? "none")\n" }.joined()
  }

  private static func canonical(_ node: Node, isEngine: Bool = false) -> String {
    switch node {
    case .scalar(let scalar): return quoted(scalar.string)
    case .sequence(let elements): return "[" + elements.map { canonical($0) }.joined(separator: ",") + "]"
    case .mapping(let members):
      let shown = members.map { (key: $0.key.scalar?.string ?? "", value: $0.value) }
        .filter { !withoutEffect.contains($0.key) && !(isEngine && withoutEffectInEngines.contains($0.key)) }
        .sorted { $0.key < $1.key }
      return "{"
        + shown.map { "\(quoted($0.key)):\(canonical($0.value, isEngine: $0.key == "openvino"))" }.joined(
          separator: ",") + "}"
    case .alias: return "*"
    }
  }

  /// A number in one spelling, whatever the file's.
  private static func quoted(_ text: String) -> String {
    if let number = Double(text), number.isFinite { return "\(number)" }
    return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
