import RealModule

/// Exact bounds of a rate from a count (Clopper and Pearson 1934).
package enum BinomialBounds {
  /// The largest rate at which so few would still be seen with a probability of 1 − `confidence`; 1 without trials.
  ///
  /// - Precondition: 0 ≤ `count` ≤ `trials`; `confidence` in (0, 1).
  /// - Complexity: O(√`trials`) at most.
  package static func upper(_ count: Int, of trials: Int, confidence: Double) -> Double {
    precondition(count >= 0 && count <= trials)
    guard count < trials else { return 1 }
    return rate { probability(ofAtMost: count, of: trials, rate: $0) > 1 - confidence }
  }

  /// The smallest rate at which so many would still be seen with a probability of 1 − `confidence`; 0 for none.
  ///
  /// - Precondition: as `upper`.
  /// - Complexity: O(√`trials`) at most.
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
    guard count < trials, rate > 0 else { return 1 }
    guard rate < 1 else { return 0 }
    return IncompleteBeta(misses: Double(trials - count), hits: Double(count + 1)).value(atHitRate: rate)
  }
}

/// The regularised incomplete beta function, I(1 − rate; misses, hits): the tail of a binomial distribution without its sum, whose
/// terms are as many as the images that were counted.
///
/// By its continued fraction, which Lentz's method evaluates (Press et al., Numerical Recipes, 6.4).
private struct IncompleteBeta {
  let misses: Double
  let hits: Double

  /// - Parameters:
  ///   - rate: in (0, 1).
  func value(atHitRate rate: Double) -> Double {
    let binomial: Double = Double.logGamma(misses + hits) - Double.logGamma(misses) - Double.logGamma(hits)
    let powers: Double = misses * Double.log(onePlus: -rate) + hits * Double.log(rate)
    let front = Double.exp(binomial + powers)
    // On the other side of the mode, the fraction of the complement is the one that converges soon.
    let mode: Double = (misses + 1) / (misses + hits + 2)
    guard 1 - rate < mode else { return 1 - front * Self.fraction(hits, misses, rate) / hits }
    return front * Self.fraction(misses, hits, 1 - rate) / misses
  }

  private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    var numerator = 1.0
    var denominator = 1 / distinct(1 - (a + b) * x / (a + 1))
    var value = denominator
    for step in 1...(200 + Int(20 * max(a, b).squareRoot())) {
      let m = Double(step)
      let place: Double = a + 2 * m
      let even: Double = m * (b - m) * x / ((place - 1) * place)
      let odd: Double = -(a + m) * (a + b + m) * x / (place * (place + 1))
      for term in [even, odd] {
        denominator = 1 / distinct(1 + term * denominator)
        numerator = distinct(1 + term / numerator)
        value *= denominator * numerator
      }
      if abs(denominator * numerator - 1) < 1e-15 { break }
    }
    return value
  }

  /// Nothing is divided by zero.
  private static func distinct(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
}
