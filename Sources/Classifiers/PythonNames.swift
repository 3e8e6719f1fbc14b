/// Names in a list or a dictionary as Python prints it: `['cat', 'dog']`, `{0: 'cat', 1: "dog's"}`.
package enum PythonNames {
  /// - Returns: the names in their order; `nil` for any other text, also where the numbers of a dictionary do not go from 0 up.
  /// - Complexity: O(length).
  package static func names(_ text: String) -> [String]? {
    var names: [String] = []
    var (quote, name): (Character?, String) = (nil, "")
    var isEscaped = false
    var between = ""
    for character in text {
      if let open = quote {
        if isEscaped {
          name.append(character)
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else if character == open {
          names.append(name)
          quote = nil
        } else {
          name.append(character)
        }
      } else if character == "'" || character == "\"" {
        guard stands(between, before: names.count) else { return nil }
        (quote, name, between) = (character, "", "")
      } else if !character.isWhitespace {
        between.append(character)
      }
    }
    return quote == nil && ends(between) && !names.isEmpty ? names : nil
  }

  /// Whether a name of that place may follow: `{0:` and `[` stand before the first one, `,17:` or `,` before the others.
  private static func stands(_ between: String, before place: Int) -> Bool {
    let isBegun = place == 0 ? between.first == "{" || between.first == "[" : between.first == ","
    var rest = between.dropFirst()
    // Python 2 marks texts.
    if rest.last == "u" { rest.removeLast() }
    return isBegun && (rest.isEmpty || rest == "\(place):")
  }

  private static func ends(_ between: String) -> Bool {
    let rest = between.first == "," ? between.dropFirst() : between[...]
    return rest == "]" || rest == "}"
  }
}
