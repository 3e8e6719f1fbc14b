extension TextMessage {
  enum Token: Equatable {
    /// One of `{}[]:,;`, outside of quotes.
    case mark(Character)
    /// A name, a number, or what stood in quotes, without them. What is quoted is no mark, whatever it looks like.
    case word(String)
  }

  /// Splits the text of a message into its tokens; comments are left away.
  struct Tokenizer {
    private enum State {
      case plain
      case comment
      case quoted(by: Character)
      /// After a backslash in quotes.
      case escaped(in: Character)
    }

    private var tokens: [Token] = []
    private var state = State.plain
    private var word = ""

    /// - Complexity: O(length).
    static func tokens(_ text: String) -> [Token] {
      var tokenizer = Tokenizer()
      for character in text { tokenizer.take(character) }
      tokenizer.endWord()
      return tokenizer.tokens
    }

    private mutating func take(_ character: Character) {
      switch state {
      case .plain: takePlain(character)
      case .comment: if character.isNewline { state = .plain }
      case .quoted(let quote): takeQuoted(character, by: quote)
      case .escaped(let quote):
        // Of what escapes can stand for, quotes are what occurs in the JSON of parameters.
        word.append(character)
        state = .quoted(by: quote)
      }
    }

    private mutating func takePlain(_ character: Character) {
      switch character {
      case "\"", "'":
        endWord()
        state = .quoted(by: character)
      case "#":
        endWord()
        state = .comment
      case "{", "}", "[", "]", ":", ",", ";":
        endWord()
        tokens.append(.mark(character))
      case _ where character.isWhitespace: endWord()
      default: word.append(character)
      }
    }

    private mutating func takeQuoted(_ character: Character, by quote: Character) {
      if character == "\\" {
        state = .escaped(in: quote)
      } else if character == quote {
        // Also where it is empty: it is a value all the same.
        tokens.append(.word(word))
        (word, state) = ("", .plain)
      } else {
        word.append(character)
      }
    }

    private mutating func endWord() {
      guard !word.isEmpty else { return }
      tokens.append(.word(word))
      word = ""
    }
  }
}
