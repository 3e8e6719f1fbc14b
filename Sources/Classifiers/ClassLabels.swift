import Common

/// The names of a classifier's classes.
///
/// A text file names class i, counted from 0, in line i; where every line begins with a number of its own, as in `3: fish`,
/// that is the class. Where every name begins with a WordNet identifier, as in `n01440764 tench, Tinca tinca`, that is left
/// away. A JSON file holds a list of names, or an object from class numbers to names, as in `{"0": "tench"}`, or from names to
/// numbers; where it has lists in place of names, as Keras does, the last entry counts. Of a configuration of Hugging Face,
/// `id2label` is read. A list or a dictionary may also be as Python prints it.
package struct ClassLabels: Sendable, Hashable {
  /// In the order of the classes.
  package let names: [String]

  private static let jsonLimits = JSONValue.Limits(depth: 16, values: 1_000_000, members: 1_000_000)

  /// One name a line.
  package init(_ text: String) {
    let lines = Self.lines(text)
    self.init(lines: lines, numbered: NumberedLines(lines))
  }

  /// - Throws: `invalid-labels` for lines with numbers from 1 on: the first of them may belong to either of two classes; and
  ///   for lines that are sorted as texts, as folders are listed: their order and their numbers say different things.
  private init(_ text: String, path: String) throws(SluiceError) {
    let lines = Self.lines(text)
    let numbered = NumberedLines(lines)
    if let numbered, numbered.first != 0 {
      throw SluiceError(
        .invalidLabels,
        "\(path) numbers its labels from \(numbered.first) to \(numbered.names.count), and classes are counted from 0",
        remedy: "number them from 0, or leave the numbers away where the lines are in the order of the classes")
    }
    if let numbered, numbered.areSortedAsTexts {
      throw SluiceError(
        .invalidLabels, "\(path) has lines in another order than their numbers, as 10 before 2",
        remedy: "sort the lines by their numbers if those are the classes, else leave the numbers away")
    }
    self.init(lines: lines, numbered: numbered)
  }

  private init(lines: [String], numbered: NumberedLines?) {
    let named = numbered.flatMap { $0.first == 0 ? $0.names : nil } ?? lines
    let withoutIdentifiers = named.compactMap(Self.name(afterIdentifier:))
    self.init(names: withoutIdentifiers.count == named.count ? withoutIdentifiers : named)
  }

  private static func lines(_ text: String) -> [String] {
    // A carriage return and a line feed are one character in Swift, so both endings are looked for.
    var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    while lines.last == "" { lines.removeLast() }
    return lines
  }

  /// The labels in a file, whose ending or first character tells JSON from lines.
  ///
  /// - Parameters:
  ///   - path: names the file in errors.
  /// - Throws: `invalid-labels` for what is no UTF-8, for JSON of another shape, for numbers from 1 on or
  ///   sorted as texts, and for a list that is none of JSON or Python; for a text that only begins like one, lines are taken.
  package init(_ bytes: [UInt8], path: String) throws(SluiceError) {
    let bytes = bytes.withoutByteOrderMark
    let text = try Self.text(bytes, path: path)
    let isNamedJSON = path.lowercased().hasSuffix(".json")
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    let beginsLikeJSON = first == UInt8(ascii: "[") || first == UInt8(ascii: "{")
    guard isNamedJSON || beginsLikeJSON else {
      try self.init(text, path: path)
      return
    }
    let value: JSONValue
    do throws(SluiceError) {
      value = try JSONValue(reading: bytes.span, limits: Self.jsonLimits)
    } catch {
      if let names = PythonNames.names(text) {
        self.init(names: names)
        return
      }
      guard isNamedJSON || Self.isOneList(text) else {
        try self.init(text, path: path)
        return
      }
      throw SluiceError(
        .invalidLabels, "\(path) is not valid JSON, and no list of Python: \(error.message)",
        remedy: "give the labels as text, one per line\(isNamedJSON ? ", in a file with another ending" : "")",
        byteOffset: error.byteOffset)
    }
    guard let names = Self.names(in: value) else {
      throw SluiceError(
        .invalidLabels, "\(path) holds JSON in which there are no labels",
        remedy:
          "give a list of names, or an object from each class number to its name or the other way around, from 0 on without gaps"
      )
    }
    self.init(names: names)
  }

  private init(names: [String]) {
    self.names = names
  }

  /// Another encoding would give names with marks for what is no character in this one, which no folder is called by.
  private static func text(_ bytes: [UInt8], path: String) throws(SluiceError) -> String {
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw SluiceError(.invalidLabels, "\(path) is no UTF-8", remedy: "save it as UTF-8")
    }
    return text
  }

  /// Whether a text is one list or dictionary from its first character to its last: `[background]` may be the name in a line.
  private static func isOneList(_ text: String) -> Bool {
    let pairs: [Character: Character] = ["[": "]", "{": "}"]
    guard let open = text.first(where: { !$0.isWhitespace }), let close = pairs[open] else { return false }
    return text.firstIndex(of: close) == text.lastIndex { !$0.isWhitespace }
  }

  /// A WordNet identifier is an n and eight digits.
  private static func name(afterIdentifier line: String) -> String? {
    let digits = line.dropFirst().prefix(8)
    guard line.first == "n", digits.utf8.count == 8, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      line.dropFirst(9).first.map({ $0 == " " || $0 == "\t" }) == true
    else { return nil }
    return String(line.dropFirst(10))
  }

  package var count: Int { names.count }

  /// The name of a class; `nil` outside the list or where the line is empty.
  package subscript(index: Int) -> String? {
    names.indices.contains(index) && !names[index].isEmpty ? names[index] : nil
  }
}

extension SluiceError.Code {
  package static let invalidLabels = SluiceError.Code("invalid-labels")
}
