import Pixels

extension OutputKind {
  /// What rounding may take from a sum of one.
  private static let exactTolerance: Float = 1e-3
  /// Means of sums of softmaxes whose small values an 8-bit output rounded away: sums were seen down to .73. A single picture
  /// may lie anywhere, where the model is unsure of it.
  private static let roundedRange: ClosedRange<Float> = 0.6...1.1

  /// What the outputs of several runs can stand for.
  ///
  /// Logits come within [0, 1] now and then, but not in every run and all of them, so the more runs, the surer.
  ///
  /// - Parameters:
  ///   - runs: the numbers of one picture in each run.
  ///   - isQuantised: whether they are rounded to 8 bits.
  package init(ofRuns runs: [[Float]], isQuantised: Bool) {
    let areInUnit = runs.allSatisfy { run in run.allSatisfy { (-1e-6...1.001).contains($0) } }
    if runs.allSatisfy({ $0.count == 1 }) {
      self = areInUnit ? .oneProbability : .oneLogit
      return
    }
    guard areInUnit else {
      self = .logits
      return
    }
    let sums = runs.map { $0.reduce(0, +) }
    guard !isQuantised else {
      // Also where all runs sum to one: another picture need not. What other 8-bit numbers stand for is known only from their
      // scale.
      let mean = sums.reduce(0, +) / Float(sums.count)
      self = Self.roundedRange.contains(mean) ? .roundedProbabilities : .logits
      return
    }
    self = sums.allSatisfy { abs($0 - 1) <= Self.exactTolerance } ? .probabilities : .independent
  }
}
