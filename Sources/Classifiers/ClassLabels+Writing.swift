import Common

extension ClassLabels {
  /// A file that is read as these names: one a line, or a list in JSON where lines would be read otherwise, such as names that
  /// begin with numbers.
  package static func file(of names: [String]) -> [UInt8] {
    let lines = names.map { name in String(name.map { $0.isNewline ? " " : $0 }) }
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    if let labels = try? ClassLabels(bytes, path: "labels.txt"), labels.names == lines { return bytes }
    return Array(JSONValue.array(lines.map { .string($0) }).indentedText.utf8)
  }
}
