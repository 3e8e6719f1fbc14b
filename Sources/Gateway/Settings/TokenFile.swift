import Common
import Files
import FilterPipeline

/// A file of tokens, one on each line; empty lines and comments, which begin with `#`, are passed over.
enum TokenFile {
  private static let maxBytes = 1_000_000
  private static let maxTokens = 10_000

  /// - Throws: `invalid-setting` for a file without tokens, or with more than 10 000; `unreadable-file`.
  static func lines(
    _ path: String, of setting: any DeclaredSetting, _ texts: SettingTexts
  ) throws(SluiceError) -> [String] {
    let text = String(decoding: try readFile(path, atMost: maxBytes), as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline).map { String($0.filter { $0 != " " }) }
      .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    guard !lines.isEmpty else { throw setting.error("names a file without tokens", in: texts) }
    guard lines.count <= maxTokens else {
      throw setting.error("names a file with more than \(maxTokens) tokens", in: texts)
    }
    return lines
  }
}
