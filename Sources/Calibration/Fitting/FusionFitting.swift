import Decision
import RealModule

/// Fits the weights of the fused score on clean and adversarial images.
///
/// A logistic regression on the detectors' evidence: weights are 0 or more, because no detector's alarm speaks for an
/// image, and are drawn towards the filter file's, because attacks to come are not those that were fitted. Detectors
/// that need no predictions keep their share: noise statistics see one family of attacks perfectly and would
/// otherwise outweigh what sees the others.
package struct FusionFitting {
  /// Weights before fitting, one a detector.
  private let prior: [Double]
  /// Which weights may move.
  private let isFitted: [Bool]

  /// How strongly weights are drawn to the prior: `strength/2 · Σ(w − prior)²` beside a mean log loss.
  private static let strength = 0.1
  private static let iterations = 400

  /// A weighted image: its evidence, whether it is adversarial, and how much it counts.
  package struct Example {
    package var evidence: [Double]
    package var isAdversarial: Bool
    package var weight: Double

    package init(evidence: [Double], isAdversarial: Bool, weight: Double) {
      self.evidence = evidence
      self.isAdversarial = isAdversarial
      self.weight = weight
    }
  }

  package init(prior: [Double], isFitted: [Bool]) {
    self.prior = prior
    self.isFitted = isFitted
  }

  /// - Returns: one weight a detector, in units of the prior: their mean over moved weights is the prior's.
  /// - Complexity: O(iterations · examples · detectors).
  func weights(_ examples: [Example]) -> [Double] {
    guard examples.contains(where: \.isAdversarial), examples.contains(where: { !$0.isAdversarial }) else {
      return prior
    }
    let (scale, bias) = scaleAndBias(examples)
    let anchor = prior.map { $0 * scale }
    let fitted = minimum(examples, anchor: anchor, bias: bias, strength: Self.strength).weights
    return inUnitsOfPrior(fitted)
  }

  /// Only proportions matter to a sum that is calibrated itself; this way those that stayed keep their meaning.
  private func inUnitsOfPrior(_ fitted: [Double]) -> [Double] {
    let moved = prior.indices.filter { isFitted[$0] }
    let (before, after) = (moved.reduce(0) { $0 + prior[$1] }, moved.reduce(0) { $0 + fitted[$1] })
    guard before > 0, after > 0 else { return prior }
    return prior.indices.map { isFitted[$0] ? fitted[$0] * before / after : prior[$0] }
  }

  /// The best multiple of the prior, by the same loss: what the weights are drawn towards.
  private func scaleAndBias(_ examples: [Example]) -> (Double, Double) {
    let sums = examples.map { example in
      Example(
        evidence: [zip(example.evidence, prior).reduce(0) { $0 + $1.0 * $1.1 }],
        isAdversarial: example.isAdversarial, weight: example.weight)
    }
    let single = FusionFitting(prior: [0], isFitted: [true])
    let solution = single.minimum(sums, anchor: [0], bias: 0, strength: 1e-6)
    return (solution.weights[0], solution.bias)
  }

  /// Accelerated projected gradient descent (Nesterov 1983; Beck, Teboulle 2009), whose step is the inverse of a bound
  /// on the curvature.
  package func minimum(
    _ examples: [Example], anchor: [Double], bias: Double, strength: Double
  ) -> (weights: [Double], bias: Double) {
    var current = anchor + [bias]
    var ahead = current
    var momentum = 1.0
    let step = 1 / (curvature(examples) + strength)
    for _ in 0..<Self.iterations {
      let slope = gradient(examples, ahead, anchor, strength)
      var next = zip(ahead, slope).map { $0 - step * $1 }
      for index in prior.indices { next[index] = isFitted[index] ? max(0, next[index]) : anchor[index] }
      let following = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
      ahead = zip(next, current).map { $0 + (momentum - 1) / following * ($0 - $1) }
      (current, momentum) = (next, following)
    }
    return (Array(current.dropLast()), current[prior.count])
  }

  private func gradient(
    _ examples: [Example], _ point: [Double], _ anchor: [Double], _ strength: Double
  ) -> [Double] {
    var slope = [Double](repeating: 0, count: point.count)
    let bias = point.count - 1
    var total = 0.0
    for example in examples {
      var sum = point[bias]
      for index in example.evidence.indices { sum += point[index] * example.evidence[index] }
      let error = example.weight * (1 / (1 + Double.exp(-sum)) - (example.isAdversarial ? 1 : 0))
      for index in example.evidence.indices { slope[index] += error * example.evidence[index] }
      slope[bias] += error
      total += example.weight
    }
    for index in slope.indices { slope[index] /= total }
    for index in anchor.indices { slope[index] += strength * (point[index] - anchor[index]) }
    return slope
  }

  /// The logistic loss curves at most by a quarter of the mean squared length of the evidence.
  private func curvature(_ examples: [Example]) -> Double {
    var (sum, total) = (0.0, 0.0)
    for example in examples {
      sum += example.weight * (1 + example.evidence.reduce(0) { $0 + $1 * $1 })
      total += example.weight
    }
    return sum / total / 4
  }
}
