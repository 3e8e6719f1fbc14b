import Pixels

extension OutputKind {
  /// Where probabilities lie, with what rounding makes of 0 and 1.
  static let unitRange: ClosedRange<Float> = -1e-6...1.001
  /// What rounding may take from a sum of one.
  private static let exactTolerance: Float = 1e-3
  /// Means of sums of softmaxes whose small values an 8-bit output rounded away: sums were seen down to .73. A single picture
  /// may lie anywhere, where the model is unsure of it.
  private static let roundedRange: ClosedRange<Float> = 0.6...1.1
  /// What a sum of rounded probabilities comes to at most, whatever the number of classes.
  private static let largestSum: Float = 1.2
  /// How many steps [0, 1] has for programs that round to 8 bits.
  private static let stepCounts: [Float] = [256, 255]
  /// How far from a step a value may lie, in steps: arithmetic in single precision moves it by less.
  private static let stepTolerance: Float = 1e-3

  /// What the outputs of several runs can stand for.
  ///
  /// Logits come within [0, 1] now and then, but not in every run and all of them, so the more runs, the surer.
  ///
  /// - Parameters:
  ///   - runs: the numbers of one picture in each run.
  ///   - isQuantised: whether they are 8-bit numbers. Others may be rounded to 8 bits inside the model.
  package init(ofRuns runs: [[Float]], isQuantised: Bool) {
    let areInUnit = runs.allSatisfy { $0.allSatisfy(Self.unitRange.contains) }
    if runs.allSatisfy({ $0.count == 1 }) {
      self = areInUnit ? .oneProbability : .oneLogit
      return
    }
    guard areInUnit else {
      self = .logits
      return
    }
    let sums = runs.map { $0.reduce(0, +) }
    let mean = sums.reduce(0, +) / Float(max(1, sums.count))
    guard !isQuantised else {
      // Also where all runs sum to one: another picture need not. What other 8-bit numbers stand for is known only from their
      // scale.
      self = Self.roundedRange.contains(mean) ? .roundedProbabilities : .logits
      return
    }
    // Before the exact ones: that sums of few values came out right is chance.
    if Self.roundedRange.contains(mean), Self.areRoundedInside(runs, sums) {
      self = .roundedProbabilities
      return
    }
    self = sums.allSatisfy { abs($0 - 1) <= Self.exactTolerance } ? .probabilities : .independent
  }

  /// Whether the runs are probabilities that the model rounded to 8 bits and gives as floating-point numbers: all are whole
  /// steps, not of nothing and all, and no sum is further from one than a step for each class.
  private static func areRoundedInside(_ runs: [[Float]], _ sums: [Float]) -> Bool {
    guard runs.contains(where: { $0.contains { $0 > 0 && $0 < 1 } }) else { return false }
    return stepCounts.contains { count in
      let reach = Float(runs.first?.count ?? 0) / count
      return sums.allSatisfy { $0 <= largestSum && abs($0 - 1) <= reach }
        && runs.allSatisfy { run in
          run.allSatisfy { abs($0 * count - ($0 * count).rounded()) <= stepTolerance }
        }
    }
  }
}
