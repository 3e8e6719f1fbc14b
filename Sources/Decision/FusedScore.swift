/// One score from all detectors: the weighted sum of their evidence, calibrated on clean images of its own.
///
/// With equal weights this is Fisher's combination of p-values (1925), whose tables do not hold under dependence; here
/// the sum is compared with sums of clean images instead, so that dependence costs nothing. With labelled attacks the
/// weights are fitted.
package struct FusedScore: Sendable, Hashable {
  /// Where the weights come from.
  package enum Origin: String, Sendable, CaseIterable {
    /// Those of the filter file: no adversarial image was seen.
    case filter
    /// A logistic regression on clean and adversarial images, shrunk towards those of the filter file.
    case fitted
  }

  package var origin: Origin
  /// One a detector, in the order of the calibration; 0 and above.
  package var weights: [Double]
  /// Sums of clean images that the weights and evidence were not fitted on.
  package var clean: StratifiedDistribution

  package init(origin: Origin, weights: [Double], clean: StratifiedDistribution) {
    self.origin = origin
    self.weights = weights
    self.clean = clean
  }

  /// Each detector's part of the sum.
  ///
  /// - Precondition: as many pieces of evidence as weights.
  package static func contributions(_ evidence: [Double], _ weights: [Double]) -> [Double] {
    zip(evidence, weights).map { $0 * $1 }
  }
}
