/// Lines that begin with the number of their class, as in `3: fish`, `3 fish`, or the two with a tab or a comma between them.
struct NumberedLines {
  /// The number of the first class.
  let first: Int
  /// In the order of their numbers.
  let names: [String]
  /// Whether the lines rise as texts and not as numbers, as 0, 1, 10, 2 do: then the line may count as well as the number.
  let areSortedAsTexts: Bool

  /// Names that begin with a number, such as `2 euro`, repeat what follows it; the names of classes hardly do.
  private static let leastDistinct = 0.75

  /// `nil` where a line that is not blank has no number or no name, where the numbers do not go from 0 or 1 up without gaps, and
  /// where what follows them are no names of their own.
  ///
  /// - Complexity: O(n log n) of the lines.
  init?(_ lines: [String]) {
    let filled = lines.filter { !$0.allSatisfy(\.isWhitespace) }
    let written = filled.compactMap(Self.part)
    let parts = written.sorted { $0.number < $1.number }
    guard parts.count == filled.count, parts.count > 1, let first = parts.first?.number, (0...1).contains(first),
      parts.enumerated().allSatisfy({ $1.number == first + $0 }),
      Double(Set(parts.map(\.name)).count) >= Self.leastDistinct * Double(parts.count)
    else { return nil }
    self.first = first
    names = parts.map(\.name)
    let numbers = written.map(\.number)
    let texts = numbers.map(String.init)
    areSortedAsTexts = numbers != numbers.sorted() && texts == texts.sorted()
  }

  private struct Part {
    let number: Int
    let name: String
  }

  private static func part(_ line: String) -> Part? {
    let start = line.drop(while: \.isWhitespace)
    let digits = start.prefix { $0.isASCII && $0.isNumber }
    let rest = start.dropFirst(digits.count)
    let separator = rest.prefix { $0.isWhitespace || isMark($0) }
    let name = rest.dropFirst(separator.count)
    // Behind another mark, as in `0 - zero`, the number may be a part of the name.
    guard let number = Int(digits), !separator.isEmpty, separator.count(where: isMark) <= 1,
      let first = name.first, first.isLetter || first.isNumber || first.isPunctuation && "\"'([".contains(first)
    else { return nil }
    return Part(number: number, name: String(name))
  }

  private static func isMark(_ character: Character) -> Bool { character == ":" || character == "," }
}
