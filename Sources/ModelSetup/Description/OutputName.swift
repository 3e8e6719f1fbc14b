/// What an output is called, as far as that tells scores from what else a model gives.
struct OutputName {
  private let name: String
  /// In lower case: `resnet/dense_1.FinalScores:0` has `resnet`, `dense`, `final` and `scores`.
  private let words: Set<String>

  /// What exporters call the scores, in the order of preference where there are several outputs.
  static let usual = [
    "logits", "probabilities", "probability", "probs", "prob", "softmax", "scores", "score", "predictions",
  ]
  /// What exporters call whatever a model gives, where nobody names it: scores, but also features.
  static let general = "output"
  /// Within names of what no answer is: embeddings, features, auxiliary heads of the training, hidden states.
  private static let besides = ["embed", "feature", "aux", "hidden", "pooler"]
  /// What transformers call the vectors of all parts of a picture, from which features of the whole are pooled.
  private static let sequence = "last_hidden_state"

  init(_ name: String) {
    self.name = name.lowercased()
    words = Self.words(name)
  }

  var isBesideTheScores: Bool { Self.besides.contains { name.contains($0) } }

  var saysScores: Bool { Self.usual.contains { words.contains($0) } }

  var isSequence: Bool { name == Self.sequence }

  func equals(_ word: String) -> Bool { name == word }

  func contains(_ word: String) -> Bool { words.contains(word) }

  /// What stands between anything but letters, and between a small letter and a capital one.
  private static func words(_ name: String) -> Set<String> {
    var words: Set<String> = []
    var word = ""
    var endsSmall = false
    for character in name {
      let begins = character.isUppercase && endsSmall
      if begins || !character.isLetter {
        words.insert(word)
        word = ""
      }
      if character.isLetter { word += character.lowercased() }
      endsSmall = character.isLowercase
    }
    words.insert(word)
    return words
  }
}
