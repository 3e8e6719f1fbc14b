import Decision
import RealModule

/// Two decisions on each of the same images, compared.
package struct PairedComparison: Sendable, Hashable {
  /// Images on which only the new one decided yes, and those on which only the old one did.
  package let onlyNew: Int
  package let onlyOld: Int
  package let total: Int

  package init(_ pairs: [(new: Bool, old: Bool)]) {
    onlyNew = pairs.count { $0.new && !$0.old }
    onlyOld = pairs.count { !$0.new && $0.old }
    total = pairs.count
  }

  /// The new rate less the old one.
  package var difference: Double { total == 0 ? 0 : Double(onlyNew - onlyOld) / Double(total) }

  /// 95 % interval of the difference between paired proportions (Agresti, Min 2005: half an image added to each cell).
  package var interval: ClosedRange<Double> {
    let (b, c, n) = (Double(onlyNew) + 0.5, Double(onlyOld) + 0.5, Double(total) + 2)
    let middle = (b - c) / n
    let half = Rate.deviate * ((b + c - (b - c) * (b - c) / n).squareRoot() / n)
    return max(-1, middle - half)...min(1, middle + half)
  }

  /// The chance of so uneven a split if both were equally good: McNemar's exact test, two-sided.
  package var pValue: Double {
    let (trials, fewer) = (onlyNew + onlyOld, min(onlyNew, onlyOld))
    guard trials > 0 else { return 1 }
    // Terms of the binomial distribution from logarithms, which do not overflow.
    var term = -Double(trials) * Double.log(2)
    var sum = Double.exp(term)
    for successes in 0..<fewer {
      term += Double.log(Double(trials - successes)) - Double.log(Double(successes + 1))
      sum += Double.exp(term)
    }
    return min(1, 2 * sum)
  }
}
