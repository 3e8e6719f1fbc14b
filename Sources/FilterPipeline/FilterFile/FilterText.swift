import Common
import Yams

/// The text of a filter file, and the tree that it is of.
struct FilterText {
  let bytes: [UInt8]
  let file: String
  /// How many bytes it may come to when every alias is written out.
  let maxBytes: Int

  /// - Throws: `invalid-filter`.
  /// - Complexity: O(bytes), whatever aliases stand for.
  func root() throws(SluiceError) -> Node {
    try checkAliases()
    let root = try parsed(bytes, Self.singleRoot)
    guard let root else { throw SluiceError(.invalidFilter, "\(file): the file is empty") }
    return root
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
      throw mistake.error(.invalidFilter, in: file, remedy: Self.remedy(for: mistake, in: text))
    }
  }

  /// Within braces and brackets, those of a variable have a meaning of their own.
  private static func remedy(for mistake: YAMLMistake, in text: String) -> String? {
    guard let number = mistake.line, number > 0 else { return nil }
    let line = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).dropFirst(number - 1).first
    return line?.hasUnquotedVariable == true ? "put paths with ${NAME} in quotes" : nil
  }

  private func error(_ problem: String) -> SluiceError { SluiceError(.invalidFilter, file + problem) }
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
