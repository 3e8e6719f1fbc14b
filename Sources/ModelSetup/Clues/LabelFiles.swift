import Classifiers
import Common
import Pixels

/// Files beside a model that usually hold the names of its classes.
package enum LabelFiles {
  private static let names = [
    "labels.txt", "labels.json", "id2label.json", "class_names.txt", "class_names.json", "classes.txt", "classes.json",
    "synset_words.txt", "synset.txt", "imagenet_classes.txt", "imagenet_class_index.json", "categories.txt",
    "class_indices.json",
  ]

  static func clues(_ surroundings: ModelSurroundings) -> [PreparationClue] {
    let own = ["txt", "json", "labels"].flatMap { ending in
      [
        "\(surroundings.baseName).\(ending)", "\(surroundings.baseName).labels.\(ending)",
        "\(surroundings.baseName)_labels.\(ending)",
      ]
    }
    return (own + names).compactMap { clue($0, surroundings) }
  }

  private static func clue(_ name: String, _ surroundings: ModelSurroundings) -> PreparationClue? {
    guard let bytes = surroundings.bytes(name) else { return nil }
    var preparation = Preparation()
    do throws(SluiceError) {
      let labels = try ClassLabels(bytes, path: name)
      preparation.labels = labels.count > 0 ? labels.names : nil
    } catch {
      // What is only called like the model may be about anything.
      guard !["txt", "json"].contains(where: { name == "\(surroundings.baseName).\($0)" }) else { return nil }
      preparation.labelDoubts = [doubt(error, name)]
    }
    return PreparationClue(source: name, preparation: preparation)
  }

  /// What is wrong with the file, and what helps, as a clause that its name need not stand in.
  private static func doubt(_ error: SluiceError, _ name: String) -> String {
    let message = error.message.hasPrefix(name) ? "it\(error.message.dropFirst(name.count))" : error.message
    return message + (error.remedy.map { "; \($0)" } ?? "")
  }

  /// The names in a file that may be about something else; `nil` where it holds none.
  ///
  /// - Complexity: O(bytes).
  package static func labels(_ bytes: [UInt8], name: String = "labels") -> [String]? {
    guard let labels = try? ClassLabels(bytes, path: name), labels.count > 0 else { return nil }
    return labels.names
  }
}
