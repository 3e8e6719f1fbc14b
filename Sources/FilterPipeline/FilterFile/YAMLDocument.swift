import Common
import Yams

/// The text of a YAML file that anybody may have written, and the tree that it is of. Its errors never repeat what it holds.
package struct YAMLDocument {
  private let bytes: [UInt8]
  private let file: String
  private let maxBytes: Int
  private let code: SluiceError.Code
  private let hasVariables: Bool

  /// - Parameters:
  ///   - file: what it is called in errors.
  ///   - maxBytes: how many bytes it may come to when every alias is written out.
  ///   - code: of every error.
  ///   - hasVariables: whether `${NAME}` stands for something in it.
  package init(
    _ bytes: [UInt8], file: String, maxBytes: Int, code: SluiceError.Code, hasVariables: Bool = false
  ) {
    self.bytes = bytes
    self.file = file
    self.maxBytes = maxBytes
    self.code = code
    self.hasVariables = hasVariables
  }

  /// - Returns: `nil` for a text without anything but comments.
  /// - Throws: an error of the given code, for what is no YAML or what cannot be walked through.
  /// - Complexity: O(bytes), whatever aliases stand for.
  package func root() throws(SluiceError) -> Node? {
    try checkAliases()
    return try parsed(bytes, Self.singleRoot)
  }

  /// A few hundred bytes of aliases of aliases stand for more than any memory holds. Whoever walks through them does not come
  /// to an end, and neither does Yams where they are a key. So the text is first read with every alias as an anchor of
  /// nothing: the two differ in a character alone.
  private func checkAliases() throws(SluiceError) {
    let (alias, anchor) = (UInt8(ascii: "*"), UInt8(ascii: "&"))
    guard bytes.contains(alias), bytes.contains(anchor) else { return }
    let extent = try parsed(bytes.map { $0 == alias ? anchor : $0 }) { parser in
      var extents = AliasedExtents(limit: maxBytes)
      // The tree refers to its anchors weakly; the parser keeps them.
      return try withExtendedLifetime(parser) { try Self.singleRoot(parser).map { extents.extent(of: $0) } }
    }
    guard let extent else { return }
    if let line = extent.lineOfOtherKey { throw error(":\(line): a key is not a single text") }
    guard extent.bytes <= maxBytes else {
      throw error(" is longer than \(maxBytes) bytes when its aliases are written out")
    }
    guard extent.depth <= AliasedExtents.maxDepth else {
      throw error(" is nested more than \(AliasedExtents.maxDepth) deep when its aliases are written out")
    }
  }

  private static func singleRoot(_ parser: Parser) throws -> Node? { try parser.singleRoot() }

  private func parsed<Result>(_ bytes: [UInt8], _ body: (Parser) throws -> Result) throws(SluiceError) -> Result {
    let text = String(decoding: bytes, as: UTF8.self)
    do {
      return try body(Parser(yaml: text.first == "\u{FEFF}" ? String(text.dropFirst()) : text))
    } catch {
      let mistake = YAMLMistake(error)
      throw mistake.error(code, in: file, remedy: remedy(for: mistake, in: text))
    }
  }

  /// Within braces and brackets, those of a variable have a meaning of their own.
  private func remedy(for mistake: YAMLMistake, in text: String) -> String? {
    guard hasVariables, let number = mistake.line, number > 0 else { return nil }
    let line = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).dropFirst(number - 1).first
    return line?.hasUnquotedVariable == true ? "put paths with ${NAME} in quotes" : nil
  }

  private func error(_ problem: String) -> SluiceError { SluiceError(code, file + problem) }
}

extension Substring {
  /// Whether `${` stands there outside quotes and comments.
  fileprivate var hasUnquotedVariable: Bool {
    var quote: Character?
    var previous: Character = " "
    for character in self {
      if quote != nil {
        if character == quote { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "#", previous.isWhitespace {
        return false
      } else if character == "{", previous == "$" {
        return true
      }
      previous = character
    }
    return false
  }
}
