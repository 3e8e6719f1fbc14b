import Classifiers
import Common
import Pixels

/// Lists in the text of metadata, as JSON or as Python prints them.
enum TextLists {
  /// The numbers in a text, whatever separates them: `[0.485, 0.456, 0.406]`, `123.675 116.28 103.53`.
  ///
  /// - Returns: none where the text holds anything else.
  static func numbers(_ text: String) -> [Double] {
    let parts = text.split { $0.isWhitespace || "[](),;".contains($0) }
    let numbers = parts.compactMap { Double($0) }.filter(\.isFinite)
    return numbers.count == parts.count ? numbers : []
  }

  /// The names in a text: a JSON list or object, a Python dictionary such as `{0: 'cat', 1: 'dog'}`, lines, or commas.
  static func names(_ text: String) -> [String]? {
    if let json = ModelSurroundings.json(Array(text.utf8)) { return json.asNames }
    if text.first == "{" || text.first == "[" { return PythonNames.names(text) }
    // The line end of Windows is one character.
    let lines = text.contains(where: \.isNewline) ? text.split(whereSeparator: \.isNewline) : text.split(separator: ",")
    let names = lines.map { $0.drop { $0 == " " } }.map(String.init)
    return names.count > 1 ? names : nil
  }
}
