/// Where a score stands among clean ones: a range of p-values, as ties and scores that were not kept leave its rank open.
///
/// Drawn at random from its range, the p-value of a clean image like those of the calibration is exactly uniform
/// (smoothed conformal p-values, Vovk, Gammerman, Shafer 2005). So the middle of the range is ½ on average, and a fifth
/// of all ranges lies in the lowest fifth, whatever ties there are: unlike p-values that are rounded up, as a false positive
/// rate wants them.
package struct ScorePlace: Sendable, Hashable {
  /// In [0, 1); that part of clean images certainly scores more.
  package let low: Double
  /// In (low, 1].
  package let high: Double

  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// The p-value that is expected, in (0, 1); small for a high score.
  package var middle: Double { (low + high) / 2 }

  /// How much of the range is below a p-value, in [0, 1].
  package func part(below pValue: Double) -> Double { min(1, max(0, (pValue - low) / (high - low))) }

  /// Where it stands among those whose p-value is larger than this one, in [0, 1); `nil` where it is none of them.
  package func beyond(_ pValue: Double) -> ScorePlace? {
    guard high > pValue else { return nil }
    return ScorePlace(low: max(0, low - pValue) / (1 - pValue), high: (high - pValue) / (1 - pValue))
  }
}

extension CleanDistribution {
  /// Where the score stands; `nil` stands for an abstention, which ranks below every score.
  ///
  /// - Complexity: O(log of the scores kept).
  package func place(of score: Double?) -> ScorePlace {
    let images = images(around: score.map(Self.rounded))
    let ranks = Double(count + 1)
    return ScorePlace(low: Double(images.above) / ranks, high: Double(images.atLeast + 1) / ranks)
  }

  /// Clean images that certainly score more, and those that may score as much or more.
  private func images(around score: Double?) -> (above: Int, atLeast: Int) {
    let scoring = knots.first?.atLeast ?? 0
    guard let score else { return (scoring, count) }
    var (low, high) = (0, knots.count)
    while low < high {
      let middle = (low + high) / 2
      if knots[middle].score < score { low = middle + 1 } else { high = middle }
    }
    if low < knots.count, knots[low].score == score { return (knots[low].above, knots[low].atLeast) }
    return (low < knots.count ? knots[low].atLeast : 0, low > 0 ? knots[low - 1].above : scoring)
  }
}
