import Common
import Files
import FilterPipeline

/// A file of tokens, one on each line; empty lines and comments, which begin with `#`, are passed over, and so are blanks around
/// a line and around the colon behind a name, and a byte order mark before all of them.
enum TokenFile {
  private static let maxBytes = 1_000_000
  private static let maxTokens = 10_000

  /// - Parameters:
  ///   - isNamed: whether a name may stand before a token, with a colon between them.
  /// - Throws: `invalid-setting` for a file without tokens, with more than 10 000, or with a line that no client could show;
  ///   `unreadable-file`.
  static func lines(
    _ path: String, of setting: any DeclaredSetting, isNamed: Bool = false, _ texts: SettingTexts
  ) throws(SluiceError) -> [String] {
    let text = String(decoding: try readFile(path, atMost: maxBytes), as: UTF8.self)
    let whole = text.first == "\u{FEFF}" ? text.dropFirst() : text[...]
    var lines: [String] = []
    for (place, line) in whole.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = trimmed(line)
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      guard isToken(isNamed ? afterName(line) : line) else {
        throw setting.error(
          "names a file whose line \(place + 1) has a character that no token has", in: texts,
          remedy: "write tokens in ASCII and without blanks, one on each line, and `#` before comments")
      }
      lines.append(String(line))
    }
    guard !lines.isEmpty else { throw setting.error("names a file without tokens", in: texts) }
    guard lines.count <= maxTokens else {
      throw setting.error("names a file with more than \(maxTokens) tokens", in: texts)
    }
    return lines
  }

  /// A line, or a part of one, without the blanks around it.
  static func trimmed(_ line: Substring) -> Substring {
    var line = line.drop(while: \.isWhitespace)
    while line.last?.isWhitespace == true { line.removeLast() }
    return line
  }

  private static func afterName(_ line: Substring) -> Substring {
    line.firstIndex(of: ":").map { trimmed(line[line.index(after: $0)...]) } ?? line
  }

  /// Whether all of it is visible ASCII: another character reaches no header field as it is.
  private static func isToken(_ text: Substring) -> Bool { text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}
