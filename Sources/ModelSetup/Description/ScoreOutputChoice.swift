import Classifiers
import Common
import Pixels

/// Finds the output that holds class scores.
struct ScoreOutputChoice {
  let model: String
  /// The output that the user named; `nil` to find it.
  let named: String?

  /// What exporters call the scores, in the order of preference where there are several outputs.
  private static let usualNames = [
    "logits", "probabilities", "probability", "probs", "prob", "softmax", "scores", "score", "predictions", "output",
  ]

  /// - Parameters:
  ///   - outputs: for a fixed input.
  /// - Throws: `model-mismatch`, saying what the outputs look like and what would help.
  func choose(among outputs: [ModelTensor]) throws(SluiceError) -> ModelTensor {
    if let named {
      guard let output = outputs.first(where: { $0.name == named }) else {
        throw refusal("has no output `\(named)`", "it has \(Self.list(outputs))")
      }
      guard Self.holdsScores(output) else {
        throw refusal("gives \(output.summary) there, which is no list of class scores", Self.listRemedy)
      }
      return output
    }
    let suitable = outputs.filter(Self.holdsScores)
    if let only = suitable.first, suitable.count == 1 { return only }
    if suitable.isEmpty { throw notAClassifier(outputs) }
    for name in Self.usualNames {
      let matching = suitable.filter { $0.name.lowercased().contains(name) }
      if let only = matching.first, matching.count == 1 { return only }
    }
    throw refusal(
      "has \(suitable.count) outputs that could be class scores",
      "name one with --output-name (a second model must have only one): \(Self.list(suitable))")
  }

  /// Whether an output is one number for each class, whatever axes of length one stand around them.
  private static func holdsScores(_ output: ModelTensor) -> Bool {
    guard output.element != nil, let shape = output.shape, shape.count >= 2 else { return false }
    return shape.dropFirst().filter { $0 != 1 }.count <= 1 && output.count != nil
  }

  private func notAClassifier(_ outputs: [ModelTensor]) -> SluiceError {
    let isRanked = outputs.allSatisfy { $0.shape != nil }
    let hasMaps = outputs.contains { ($0.shape ?? []).dropFirst(2).contains { $0 != 1 } }
    let looksLike = outputs.count > 1 || hasMaps
    if isRanked, looksLike {
      return refusal(
        "gives \(Self.list(outputs)): this looks like a detection or segmentation model, and Sluice filters for classifiers",
        Self.listRemedy)
    }
    if let output = outputs.first, output.element == nil {
      return refusal(
        "gives \(output.summary), and scores are not taken as \(output.type)",
        "export it with outputs of \(TensorElement.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return refusal("gives \(Self.list(outputs)), which is no list of class scores", Self.listRemedy)
  }

  private static let listRemedy = "take a model with an output of one number for each class, N×classes"

  private func refusal(_ reason: String, _ remedy: String) -> SluiceError {
    SluiceError(.modelMismatch, "the model \(model) \(reason)", remedy: remedy)
  }

  private static func list(_ outputs: [ModelTensor]) -> String {
    outputs.map(\.summary).joined(separator: ", ")
  }
}
