import RealModule

/// Exact bounds of a rate from a count (Clopper and Pearson 1934).
package enum BinomialBounds {
  /// The largest rate at which so few would still be seen with a probability of 1 − `confidence`; 1 without trials.
  ///
  /// - Precondition: 0 ≤ `count` ≤ `trials`; `confidence` in (0, 1).
  /// - Complexity: O(`count`).
  package static func upper(_ count: Int, of trials: Int, confidence: Double) -> Double {
    precondition(count >= 0 && count <= trials)
    guard count < trials else { return 1 }
    return rate { probability(ofAtMost: count, of: trials, rate: $0) > 1 - confidence }
  }

  /// The smallest rate at which so many would still be seen with a probability of 1 − `confidence`; 0 for none.
  ///
  /// - Precondition: as `upper`.
  /// - Complexity: O(`count`).
  package static func lower(_ count: Int, of trials: Int, confidence: Double) -> Double {
    precondition(count >= 0 && count <= trials)
    guard count > 0 else { return 0 }
    return rate { 1 - probability(ofAtMost: count - 1, of: trials, rate: $0) < 1 - confidence }
  }

  /// Where a condition that holds for small rates ends, by halving.
  private static func rate(below holds: (Double) -> Bool) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if holds(middle) { low = middle } else { high = middle }
    }
    return high
  }

  private static func probability(ofAtMost count: Int, of trials: Int, rate: Double) -> Double {
    guard rate > 0 else { return 1 }
    guard rate < 1 else { return count >= trials ? 1 : 0 }
    let (hit, miss) = (Double.log(rate), Double.log(1 - rate))
    var term = Double(trials) * miss
    var total = Double.exp(term)
    for hits in stride(from: 1, through: count, by: 1) {
      term += Double.log(Double(trials - hits + 1)) - Double.log(Double(hits)) + hit - miss
      total += Double.exp(term)
    }
    return min(1, total)
  }
}
