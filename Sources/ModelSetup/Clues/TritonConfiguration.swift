import Pixels

/// A Triton model repository: `config.pbtxt` beside the folder of the version that the model lies in, or beside the model.
enum TritonConfiguration {
  static func clues(_ surroundings: ModelSurroundings) -> [PreparationClue] {
    for name in ["config.pbtxt", "../config.pbtxt"] {
      guard let bytes = surroundings.bytes(name), let message = TextMessage(String(decoding: bytes, as: UTF8.self))
      else { continue }
      let folder = name.hasPrefix("..") ? "../" : ""
      return [PreparationClue(source: name, preparation: preparation(message, surroundings, folder: folder))]
    }
    return []
  }

  static func preparation(_ message: TextMessage, _ surroundings: ModelSurroundings, folder: String) -> Preparation {
    var preparation = Preparation()
    if let input = message.messages("input").first { preparation.size = size(input) }
    if let file = message.messages("output").lazy.compactMap({ $0.text("label_filename") }).first,
      !file.contains("/"), let bytes = surroundings.bytes(folder + file)
    {
      preparation.labels = LabelFiles.labels(bytes, name: file)
    }
    return preparation
  }

  /// Height and width of `dims`, which leave the batch away.
  private static func size(_ input: TextMessage) -> PixelSize? {
    var dims = input.numbers("dims")
    if dims.count == 4 { dims.removeFirst() }
    guard dims.count == 3, dims.allSatisfy({ (1...4096).contains($0) }) else { return nil }
    let isChannelsLast =
      input.text("format") == "FORMAT_NHWC" || [1, 3].contains(dims[2]) && ![1, 3].contains(dims[0])
    return isChannelsLast
      ? PixelSize(width: dims[1], height: dims[0]) : PixelSize(width: dims[2], height: dims[1])
  }
}

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
    let tokens = Self.tokens(text)
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

  private static func message(_ rest: inout ArraySlice<String>, depth: Int) -> TextMessage? {
    guard depth <= deepest else { return nil }
    var message = TextMessage()
    while let name = rest.first, name != "}" {
      rest = rest.dropFirst()
      if rest.first == ":" { rest = rest.dropFirst() }
      if rest.first == "[" {
        rest = rest.dropFirst()
        while let next = rest.first, next != "]" {
          if next == "," {
            rest = rest.dropFirst()
            continue
          }
          guard let value = value(&rest, depth: depth) else { return nil }
          message.fields.append((name, value))
        }
        guard rest.first == "]" else { return nil }
        rest = rest.dropFirst()
      } else {
        guard let value = value(&rest, depth: depth) else { return nil }
        message.fields.append((name, value))
      }
      if let next = rest.first, next == "," || next == ";" { rest = rest.dropFirst() }
    }
    return message
  }

  private static func value(_ rest: inout ArraySlice<String>, depth: Int) -> Value? {
    guard let token = rest.first else { return nil }
    rest = rest.dropFirst()
    guard token == "{" else { return ["}", "]", "[", ":"].contains(token) ? nil : .text(token) }
    guard let message = message(&rest, depth: depth + 1), rest.first == "}" else { return nil }
    rest = rest.dropFirst()
    return .message(message)
  }

  /// Words, strings without their quotes, and single marks; comments are left away.
  private static func tokens(_ text: String) -> [String] {
    var tokens: [String] = []
    var word = ""
    var quote: Character?
    var isComment = false
    var isEscaped = false
    func isMark(_ character: Character) -> Bool { "{}[]:,;".contains(character) }
    for character in text {
      if isComment {
        isComment = !character.isNewline
      } else if let open = quote {
        if isEscaped || character == "\\" {
          // Of what escapes can stand for, quotes are what occurs in the JSON of parameters.
          if isEscaped { word.append(character) }
          isEscaped.toggle()
        } else if character == open {
          tokens.append(word)
          (word, quote) = ("", nil)
        } else {
          word.append(character)
        }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "#" || character.isWhitespace || isMark(character) {
        if !word.isEmpty { tokens.append(word) }
        word = ""
        isComment = character == "#"
        if isMark(character) { tokens.append(String(character)) }
      } else {
        word.append(character)
      }
    }
    if !word.isEmpty { tokens.append(word) }
    return tokens
  }
}
