import Classifiers

/// What a model of a filter sees, and in what time, in each arithmetic that this processor has instructions for.
package struct ModelArithmetics: Sendable {
  /// The model's place in the filter file.
  package let place: String
  /// How many convolutions would be computed in 8 bits, of how many of them and of matrix products; `nil` for a model that
  /// was not to be, or cannot be.
  package let quantised: (convolutions: Int, ofCostly: Int)?
  /// How many images it was asked in each.
  package let imageCount: Int
  /// Single precision first.
  package let trials: [Trial]

  package struct Trial: Sendable, Hashable {
    package let precision: ComputedPrecision
    /// Images with the same class as in single precision.
    package let sameClass: Int
    /// How far probabilities are from those in single precision: the mean L1 distance, 0…2.
    package let distance: Double
    /// The median of one call.
    package let milliseconds: Double

    package init(precision: ComputedPrecision, sameClass: Int, distance: Double, milliseconds: Double) {
      self.precision = precision
      self.sameClass = sameClass
      self.distance = distance
      self.milliseconds = milliseconds
    }
  }

  package init(
    place: String, quantised: (convolutions: Int, ofCostly: Int)?, imageCount: Int, trials: [Trial]
  ) {
    self.place = place
    self.quantised = quantised
    self.imageCount = imageCount
    self.trials = trials
  }

  package subscript(precision: ComputedPrecision) -> Trial? { trials.first { $0.precision == precision } }

  /// The fastest arithmetic in which the model is still a witness: it sees the class of single precision on nine of ten images.
  /// A second model that agreed on 60 of 64 detected as much as in single precision, on a dozen attacks.
  ///
  /// Single precision where no other saves a seventh of its time and a tenth of a millisecond, because its scores are the
  /// same on every processor.
  package var cheapest: Trial? {
    guard let exact = self[.f32] else { return nil }
    let witnesses = trials.filter(isWitness)
    guard let fastest = witnesses.min(by: { $0.milliseconds < $1.milliseconds }) else { return exact }
    let saved = exact.milliseconds - fastest.milliseconds
    return saved >= Self.worthwhileSaving && fastest.milliseconds <= Self.worthwhileTime * exact.milliseconds
      ? fastest : exact
  }

  /// Whether what the model sees in an arithmetic is still what it sees in single precision.
  package func isWitness(_ trial: Trial) -> Bool {
    Double(trial.sameClass) >= Self.leastAgreement * Double(imageCount)
  }

  private static let leastAgreement = 0.9
  private static let worthwhileTime = 6.0 / 7
  /// In milliseconds. Of models that take less, noise would choose, and nobody would notice.
  private static let worthwhileSaving = 0.1
}
