import Classifiers
import Common

/// What the numbers of a served model stand for: seen from its first answer, and then the same for all.
///
/// Servers put a softmax behind a model, or leave one away, and say nothing of it.
struct ServedScoreReading: Sendable {
  private let kind: ScoreKind

  /// Further from one, numbers in [0, 1] are no probabilities of all classes.
  private static let sumTolerance = 1e-3

  /// - Parameters:
  ///   - scores: the first answer; not empty.
  ///   - own: what the numbers of the filter's own model stand for, which decides where they might be either.
  init(_ scores: [Float], own: ScoreKind) {
    let areShares = scores.allSatisfy { (0...1.001).contains($0) }
    let sum = scores.reduce(0.0) { $0 + Double($1) }
    kind =
      if scores.count == 1 {
        own == .oneLogit || !areShares ? .oneLogit : .oneProbability
      } else if areShares, own == .roundedProbabilities, Prediction.roundedSums.contains(sum) {
        // Also where the first answer sums to one: the next ones need not.
        .roundedProbabilities
      } else if areShares, abs(sum - 1) <= Self.sumTolerance {
        .probabilities
      } else {
        .logits
      }
  }

  var name: String { kind == .logits || kind == .oneLogit ? "logits" : "probabilities" }

  /// - Throws: `classifier-failed` for numbers of another kind than the first.
  /// - Complexity: O(classes).
  func probabilities(_ scores: [Float]) throws(SluiceError) -> [Float] {
    switch kind {
    case .logits: return try Prediction(logits: scores.span).probabilities
    case .oneLogit:
      let pair = [0, scores[0]]
      return try Prediction(logits: pair.span).probabilities
    case .probabilities: return try Prediction(probabilities: scores.span).probabilities
    case .roundedProbabilities: return try Prediction(roundedProbabilities: scores.span).probabilities
    case .oneProbability:
      let pair = [1 - scores[0], scores[0]]
      return try Prediction(probabilities: pair.span).probabilities
    }
  }
}
