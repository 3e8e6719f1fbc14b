import Classifiers
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
      guard let bytes = surroundings.bytes(name), let labels = labels(bytes, name: name) else { return nil }
      var preparation = Preparation()
      preparation.labels = labels
      return PreparationClue(source: name, preparation: preparation)
    }
  }

  /// The names in a file that may be about something else; `nil` where it holds none.
  ///
  /// - Complexity: O(bytes).
  package static func labels(_ bytes: [UInt8], name: String = "labels") -> [String]? {
    guard !bytes.contains(0), let labels = try? ClassLabels(bytes, path: name), labels.count > 0 else { return nil }
    return labels.names
  }
}
