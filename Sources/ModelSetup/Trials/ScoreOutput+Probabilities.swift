import Glibc
import Pixels

extension ScoreOutput {
  /// The probability of each class, whatever the output stands for; they sum to one.
  ///
  /// - Parameters:
  ///   - values: the numbers of the output for one picture.
  ///   - scale: what one step of an 8-bit output is worth; 1 for floating-point ones.
  ///   - zeroPoint: the number that stands for zero in an 8-bit output.
  /// - Complexity: O(classes).
  package func probabilities(_ values: [Float], scale: Float = 1, zeroPoint: Float = 0) -> [Float] {
    let values = scale == 1 && zeroPoint == 0 ? values : values.map { ($0 - zeroPoint) * scale }
    switch kind {
    case .logits: return Self.softmax(values)
    case .oneLogit: return Self.softmax([0, values.first ?? 0])
    case .oneProbability:
      let second = min(1, max(0, values.first ?? 0))
      return [1 - second, second]
    case .probabilities, .roundedProbabilities, .independent, .best:
      let positive = values.map { max(0, $0) }
      let total = positive.reduce(0, +)
      return total > 0 ? positive.map { $0 / total } : positive.map { _ in 1 / Float(positive.count) }
    }
  }

  private static func softmax(_ logits: [Float]) -> [Float] {
    let peak = logits.max() ?? 0
    let weights = logits.map { exp($0 - peak) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}
