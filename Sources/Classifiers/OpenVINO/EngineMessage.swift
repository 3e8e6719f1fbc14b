/// The engine's messages, cut down to what they say: most of their lines are where in its sources each was made.
enum EngineMessage {
  private static let longest = 300
  /// What the engine says of most errors before it says anything.
  private static let kind: [Substring] = ["general", "error"]
  private static let frontEnd: [Substring] = ["FrontEnd", "API", "failed"]

  /// - Parameters:
  ///   - text: several lines.
  static func shortened(_ text: String) -> String {
    let lines = text.split { $0.isNewline }.map { $0.split { $0.isWhitespace } }
    var words = lines.flatMap(withoutPlaces)
    if words.starts(with: kind), words.count > kind.count { words.removeFirst(kind.count) }
    // Where nothing else is said, the places are better than nothing.
    if words.isEmpty || words == kind { words = lines.flatMap { $0 } }
    let message = words.joined(separator: " ")
    // What went wrong is often said last.
    return message.count > longest ? "\(message.prefix(longest / 2))…\(message.suffix(longest / 2))" : message
  }

  /// A line without `Exception from FILE:`, `Check 'CONDITION' failed at FILE:` and `FrontEnd API failed with KIND:`.
  private static func withoutPlaces(_ line: [Substring]) -> [Substring] {
    guard !line.starts(with: frontEnd) else { return [] }
    var words = line
    if let start = place(of: ["Exception", "from"], in: words, from: 0) {
      words.removeSubrange(start..<min(start + 3, words.count))
    }
    if let start = words.firstIndex(of: "Check"), let end = place(of: ["failed", "at"], in: words, from: start) {
      words.removeSubrange(start..<min(end + 3, words.count))
    }
    return words
  }

  /// Where two words stand behind each other.
  private static func place(of pair: [Substring], in words: [Substring], from start: Int) -> Int? {
    words.indices.dropFirst(start).first { words[$0...].starts(with: pair) }
  }

  /// What helps where the engine does not read a model, by what it says.
  static func remedy(forUnreadable message: String) -> String {
    if message.contains("No conversion rule") {
      return "export it without that operator, or with operators of ONNX alone"
    }
    if message.contains("Unsupported value_info type") {
      return "export it with plain tensors as outputs, as skl2onnx does with `options={'zipmap': False}`"
    }
    return "convert or export the model again, as ONNX, OpenVINO IR or TensorFlow Lite"
  }
}
