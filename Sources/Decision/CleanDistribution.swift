import RealModule

/// Where scores of clean images lie: what turns a score into a conformal p-value.
///
/// Kept compactly: the largest scores all, and below them ever fewer, so that p-values are rounded up by 4 % of themselves at
/// most and the false positive rate still holds.
package struct CleanDistribution: Sendable, Hashable {
  /// A score that is kept, with the numbers of clean images around it.
  package struct Knot: Sendable, Hashable {
    package let score: Double
    /// Clean images that score as much or more.
    package let atLeast: Int
    /// Clean images that score more.
    package let above: Int

    package init(score: Double, atLeast: Int, above: Int) {
      self.score = score
      self.atLeast = atLeast
      self.above = above
    }
  }

  /// How scores fall off beyond what most clean images reach: exponentially, the mean excess being `mean`.
  package struct Tail: Sendable, Hashable {
    package let start: Double
    package let mean: Double

    package init(start: Double, mean: Double) {
      self.start = start
      self.mean = mean
    }
  }

  /// All clean images, those included about which the detector had nothing to say.
  package let count: Int
  /// Ascending; empty where the detector abstained from all.
  package let knots: [Knot]
  package let tail: Tail?
  /// Those of the knots, close together: they are searched for every image several times.
  private let scores: [Double]

  package init(count: Int, knots: [Knot], tail: Tail?) {
    self.count = count
    self.knots = knots
    self.tail = tail
    scores = knots.map(\.score)
  }

  /// The distribution of these scores; `nil` stands for an abstention, which ranks below every score.
  ///
  /// - Parameters:
  ///   - keepsAll: whether no score is left out, for a rule that names a score of a certain rank.
  /// - Precondition: scores are finite.
  /// - Complexity: O(n log n).
  package init(_ scores: [Double?], keepsAll: Bool = false) {
    let sorted = scores.compactMap { $0.map(Self.rounded) }.sorted()
    let knots = Self.knots(of: sorted)
    self.init(
      count: scores.count, knots: keepsAll ? knots : Self.kept(knots), tail: Tail(of: sorted, count: scores.count))
  }

  /// The share of clean images that score at least this, counted with the image itself:
  /// (1 + #{clean ≥ score}) / (n + 1). Between kept scores it is rounded up; an abstention has 1.
  ///
  /// A clean image from the same source has p ≤ a with a probability of at most a (Vovk, Gammerman, Shafer 2005).
  ///
  /// - Complexity: O(log of the scores kept).
  package func pValue(of score: Double?) -> Double {
    guard let score = score.map(Self.rounded) else { return 1 }
    return Double(1 + cleanImages(scoringAtLeast: score)) / Double(count + 1)
  }

  /// The ⌈n(1−rate)⌉-th smallest clean score, which at most that share of clean images exceeds; `nil` where a detector
  /// that abstains often has none.
  package func threshold(falsePositiveRate: Double) -> Double? {
    let allowed = count - Int((Double(count) * (1 - falsePositiveRate)).rounded(.up))
    return knots.first { $0.above <= allowed }?.score
  }

  /// How unlikely the score is among clean images, as −ln p. Beyond the highest tenth of them it follows the exponential
  /// tail, so that scores which no clean image reached still differ; an abstention is no evidence.
  ///
  /// It orders images and sums over detectors. No false positive rate rests on the tail: the sum is calibrated itself.
  package func evidence(of score: Double?) -> Double {
    guard let score = score.map(Self.rounded) else { return 0 }
    guard let tail, score > tail.start else { return -Double.log(pValue(of: score)) }
    return min(Self.maxEvidence, -Double.log(pValue(of: tail.start)) + (score - tail.start) / tail.mean)
  }

  /// Beyond this, more says no more. It is far out on purpose: where it stopped at 20, the few photographs with much chroma
  /// noise, which two detectors see, stood above the stripes of the Square attack, which one sees overwhelmingly.
  package static let maxEvidence = 60.0

  /// Scores are compared as they are written, with nine decimals: what a file says is what decides.
  static func rounded(_ score: Double) -> Double {
    let scaled = (score * 1e9).rounded()
    return abs(scaled) < 9e15 ? scaled / 1e9 : score
  }

  private func cleanImages(scoringAtLeast score: Double) -> Int {
    var (low, high) = (0, scores.count)
    while low < high {
      let middle = (low + high) / 2
      if scores[middle] < score { low = middle + 1 } else { high = middle }
    }
    if low < scores.count, scores[low] == score { return knots[low].atLeast }
    return low > 0 ? knots[low - 1].above : (knots.first?.atLeast ?? 0)
  }

  private static func knots(of sorted: [Double]) -> [Knot] {
    var knots: [Knot] = []
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
      knots.append(Knot(score: sorted[start], atLeast: sorted.count - start, above: sorted.count - end))
      start = end
    }
    return knots
  }

  /// The largest scores, which small p-values are made of, and below them those whose rank has grown enough.
  private static func kept(_ knots: [Knot]) -> [Knot] {
    var kept: [Knot] = []
    for knot in knots.reversed() {
      guard let last = kept.last, knot.atLeast > exactRanks else {
        kept.append(knot)
        continue
      }
      // A score between two that are kept is given the rank of the lower one.
      if Double(knot.above + 1) >= coarseness * Double(last.atLeast + 1) { kept.append(knot) }
    }
    if let lowest = knots.first, kept.last != lowest { kept.append(lowest) }
    return kept.reversed()
  }

  private static let exactRanks = 25
  private static let coarseness = 1.04
}

extension CleanDistribution.Tail {
  private static let fewestBeyond = 8

  /// The mean excess over what nine of ten clean images stay below; `nil` for scores too few or too much alike.
  fileprivate init?(of sorted: [Double], count: Int) {
    let beyond = max(Self.fewestBeyond, count / 10)
    guard sorted.count > 2 * beyond else { return nil }
    let start = sorted[sorted.count - beyond - 1]
    let mean = sorted.suffix(beyond).reduce(0) { $0 + ($1 - start) } / Double(beyond)
    guard CleanDistribution.rounded(mean) > 0 else { return nil }
    self.init(start: start, mean: CleanDistribution.rounded(mean))
  }
}
