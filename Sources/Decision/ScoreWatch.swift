/// Sums over the images whose scores have come.
struct ScoreTotals: Sendable, Hashable {
  var images = 0
  /// How many of them count, as a score that ties with flagged ones counts in part.
  var weight = 0.0
  var pValues = 0.0
  var upperFifth = 0.0

  mutating func add(_ place: ScorePlace, weight part: Double) {
    images += 1
    weight += part
    pValues += part * place.middle
    upperFifth += part * place.part(below: Self.upperPart)
  }

  /// What is the upper fifth of the calibration.
  static let upperPart = 0.2
}

/// Watches whether one calibrated score of clean images stays where the calibration found it.
///
/// Watched is the mean of p-values, from above and from below, and from above the share of scores in what is the upper
/// fifth by the calibration. The latter finds a longer tail, which the budget is spent on, where the mean hardly moves.
///
/// Flagged images are not seen. Higher scores are flagged more often and hide behind that: where p-values are .4 on average
/// and a budget of 5 % flags 14 % of the images, the others have .46. So higher scores are also looked for
/// among those that are too low to be flagged, in the calibration as in the traffic. Not there alone: where something else
/// keeps the highest scores from being flagged, as another kind of clean image does, they would be overlooked.
struct ScoreWatch: Sendable {
  private let clean: CleanDistribution
  private let flaggedBelow: Double
  private var falling: MeanWatch
  private var rising: MeanWatch
  private var risingUnflagged: MeanWatch
  private var tailUnflagged: MeanWatch
  /// Of all scores, and of those that are too low to be flagged.
  private var all = ScoreTotals()
  private var unflagged = ScoreTotals()

  /// Of so many standard deviations is what the calibration may be off by: one in two thousand is off by more to a side.
  private static let deviations = 3.3

  /// A mean may be off by as much as the calibration's own images leave open. Against a fixed sample of n images, the mean
  /// rank of all others is ½ only up to a deviation of 1/√(12n), that of a mean of n uniform numbers, and the part of
  /// them beyond the sample's upper fifth is a fifth only up to √(.2·.8/n). Ranges instead of rounded p-values
  /// need no allowance for being discrete.
  ///
  /// Clean images that are flagged are left out, up to the budget. At worst these are those of the smallest p-values, and
  /// the mean of the others is larger by half the budget.
  ///
  /// - Parameters:
  ///   - clean: scores of one or more photographs, each there once.
  ///   - flaggedBelow: up to this p-value, in [0, 1), the score flags an image by itself.
  ///   - budget: the share of clean images that are flagged at all.
  init(_ clean: CleanDistribution, flaggedBelow: Double, budget: Double) {
    self.clean = clean
    self.flaggedBelow = flaggedBelow
    let images = Double(clean.count)
    let kept = images * (1 - flaggedBelow)
    let upper = ScoreTotals.upperPart
    falling = MeanWatch(bound: 0.5 + Self.tolerance(variance: 1 / 12, images) + budget / 2)
    rising = MeanWatch(bound: 0.5 + Self.tolerance(variance: 1 / 12, images))
    risingUnflagged = MeanWatch(bound: 0.5 + Self.tolerance(variance: 1 / 12, kept))
    tailUnflagged = MeanWatch(bound: upper + Self.tolerance(variance: upper * (1 - upper), kept))
  }

  private static func tolerance(variance: Double, _ images: Double) -> Double {
    deviations * (variance / images).squareRoot()
  }

  /// The mean R over everything that is watched.
  var evidence: Double {
    (falling.evidence + rising.evidence + risingUnflagged.evidence + tailUnflagged.evidence) / 4
  }

  /// - Parameters:
  ///   - score: of an image that was not flagged; `nil` for an abstention.
  /// - Complexity: O(log of the scores kept).
  mutating func note(_ score: Double?) {
    let place = clean.place(of: score)
    falling.note(place.middle, after: all)
    rising.note(1 - place.middle, after: all)
    all.add(place, weight: 1)
    guard let kept = place.beyond(flaggedBelow) else { return }
    let weight = 1 - place.part(below: flaggedBelow)
    risingUnflagged.note(1 - kept.middle, weight: weight, after: unflagged)
    tailUnflagged.note(kept.part(below: ScoreTotals.upperPart), weight: weight, after: unflagged)
    unflagged.add(kept, weight: weight)
  }

  /// What has most likely changed, and since when.
  ///
  /// - Precondition: the evidence is above 0.
  func change(of subject: String) -> TrafficReport.Change {
    let higher = [(rising, all), (risingUnflagged, unflagged), (tailUnflagged, unflagged)]
    let highest = higher.max { $0.0.evidence < $1.0.evidence } ?? (rising, all)
    let isLower = falling.evidence > highest.0.evidence
    let (watch, totals) = isLower ? (falling, all) : highest
    let start = watch.likelyStart
    let weight = totals.weight - start.weight
    return TrafficReport.Change(
      subject: subject, direction: isLower ? .lower : .higher, images: totals.images - start.images,
      meanPValue: (totals.pValues - start.pValues) / weight,
      upperFifth: (totals.upperFifth - start.upperFifth) / weight)
  }
}
