/// A message of a protocol buffer as text: `name: value`, `name { … }`, and lists of either in brackets.
struct TextMessage {
  private enum Value {
    case text(String)
    case message(TextMessage)
  }

  private var fields: [(name: String, value: Value)] = []

  private static let deepest = 16
  private static let mostTokens = 100_000

  /// `nil` for text that is no such message.
  ///
  /// - Complexity: O(length).
  init?(_ text: String) {
    let tokens = Tokenizer.tokens(text)
    guard tokens.count <= Self.mostTokens else { return nil }
    var rest = tokens[...]
    guard let message = Self.message(&rest, depth: 0), rest.isEmpty else { return nil }
    self = message
  }

  private init() {}

  func messages(_ name: String) -> [TextMessage] {
    fields.compactMap { field in
      if field.name == name, case .message(let message) = field.value { message } else { nil }
    }
  }

  func texts(_ name: String) -> [String] {
    fields.compactMap { field in
      if field.name == name, case .text(let text) = field.value { text } else { nil }
    }
  }

  func text(_ name: String) -> String? { texts(name).first }
  func numbers(_ name: String) -> [Int] { texts(name).compactMap { Int($0) } }

  /// The fields up to what cannot begin one, which is for the caller to judge: a brace that closes, or nothing.
  private static func message(_ rest: inout ArraySlice<Token>, depth: Int) -> TextMessage? {
    guard depth <= deepest else { return nil }
    var message = TextMessage()
    while case .word(let name) = rest.first {
      rest.removeFirst()
      skip(":", &rest)
      guard let values = values(&rest, depth: depth) else { return nil }
      message.fields += values.map { (name: name, value: $0) }
      if !skip(",", &rest) { skip(";", &rest) }
    }
    return message
  }

  /// One value, or those of a list.
  private static func values(_ rest: inout ArraySlice<Token>, depth: Int) -> [Value]? {
    guard skip("[", &rest) else { return value(&rest, depth: depth).map { [$0] } }
    var values: [Value] = []
    while !skip("]", &rest) {
      if skip(",", &rest) { continue }
      guard let value = value(&rest, depth: depth) else { return nil }
      values.append(value)
    }
    return values
  }

  private static func value(_ rest: inout ArraySlice<Token>, depth: Int) -> Value? {
    if case .word(let text) = rest.first {
      rest.removeFirst()
      return .text(text)
    }
    guard skip("{", &rest), let message = message(&rest, depth: depth + 1), skip("}", &rest) else { return nil }
    return .message(message)
  }

  /// Whether the mark came next; if so, it is gone.
  @discardableResult
  private static func skip(_ mark: Character, _ rest: inout ArraySlice<Token>) -> Bool {
    guard rest.first == .mark(mark) else { return false }
    rest.removeFirst()
    return true
  }
}
