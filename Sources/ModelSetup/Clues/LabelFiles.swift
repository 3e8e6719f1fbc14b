import Common
import Pixels

/// Files beside a model that usually hold the names of its classes.
package enum LabelFiles {
  private static let names = [
    "labels.txt", "labels.json", "id2label.json", "class_names.txt", "class_names.json", "classes.txt", "classes.json",
    "synset_words.txt", "synset.txt", "imagenet_classes.txt", "imagenet_class_index.json", "categories.txt",
  ]

  static func clues(_ surroundings: ModelSurroundings) -> [PreparationClue] {
    let own = ["txt", "json", "labels"].flatMap { ending in
      [
        "\(surroundings.baseName).\(ending)", "\(surroundings.baseName).labels.\(ending)",
        "\(surroundings.baseName)_labels.\(ending)",
      ]
    }
    return (own + names).compactMap { name in
      guard let bytes = surroundings.bytes(name), let labels = labels(bytes) else { return nil }
      var preparation = Preparation()
      preparation.labels = labels
      return PreparationClue(source: name, preparation: preparation)
    }
  }

  /// The names in a file: JSON as a list or an object by class, or lines.
  ///
  /// Lines may begin with a WordNet identifier, as in `n01440764 tench, Tinca tinca`, which is left away where all do.
  /// Lists of lists count by the last entry of each, as Keras has them.
  ///
  /// - Complexity: O(bytes).
  package static func labels(_ bytes: [UInt8]) -> [String]? {
    if let json = ModelSurroundings.json(bytes) { return json.asNames ?? json.asNamesWithinLists }
    guard !bytes.contains(0) else { return nil }
    // A carriage return and a line feed are one character in Swift.
    var lines = String(decoding: bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    while lines.last == "" { lines.removeLast() }
    if lines.first?.first == "\u{FEFF}" { lines[0].removeFirst() }
    guard !lines.isEmpty else { return nil }
    let withoutSynsets = lines.compactMap(name(afterSynset:))
    return withoutSynsets.count == lines.count ? withoutSynsets : lines
  }

  /// A WordNet identifier: n and eight digits.
  private static func name(afterSynset line: String) -> String? {
    guard line.first == "n", line.dropFirst().prefix(8).count == 8, line.dropFirst().prefix(8).allSatisfy(\.isNumber),
      line.dropFirst(9).first.map({ $0 == " " || $0 == "\t" }) == true
    else { return nil }
    return String(line.dropFirst(10))
  }
}

extension JSONValue {
  /// Names that are the last entry of a list each, by class.
  fileprivate var asNamesWithinLists: [String]? {
    guard case .object(let members) = self else { return nil }
    return JSONValue.object(
      members.compactMap { member in
        member.value.asList?.last.map { Member(name: member.name, value: $0) }
      }
    ).asNames.flatMap { $0.count == members.count ? $0 : nil }
  }
}
