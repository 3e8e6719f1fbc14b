import Classifiers
import Common
import RealModule
import Squeezers

/// The two-sided form of a distance: too unstable, or suspiciously stable for so confident a prediction.
///
/// A confident attack can be *more* stable under squeezing than any clean image. With `center` and `spread` the mean and
/// standard deviation of ln(distance + 10⁻⁹) over clean images, the score is how many spreads the image lies above the
/// centre, or, for a prediction of at least `confidence`, below it.
package struct TwoSidedForm: Sendable, Hashable {
  package static let centerRange = -25.0...25.0
  package static let spreadRange = 0.01...25.0
  package static let confidenceRange = 0.0...1.0

  private static let centerParameter = Parameter.number(
    "center", centerRange, "mean of ln(distance) over clean images")
  private static let spreadParameter = Parameter.number(
    "spread", spreadRange, "standard deviation of ln(distance) over clean images")
  private static let confidenceParameter = Parameter.number(
    "confidence", confidenceRange, "the confidence from which too much stability counts")
  package static let parameters = [centerParameter, spreadParameter, confidenceParameter]

  package let center: Double
  package let spread: Double
  package let confidence: Double

  /// - Precondition: each lies in its range.
  package init(center: Double, spread: Double, confidence: Double) {
    precondition(Self.centerRange.contains(center) && Self.spreadRange.contains(spread))
    precondition(Self.confidenceRange.contains(confidence))
    self.center = center
    self.spread = spread
    self.confidence = confidence
  }

  /// - Parameters:
  ///   - values: values of `parameters`.
  init(_ values: ParameterValues) {
    self.init(
      center: values.number(Self.centerParameter), spread: values.number(Self.spreadParameter),
      confidence: values.number(Self.confidenceParameter))
  }

  func apply(to score: inout DetectorScore, joint: Double, confidence seen: Double) {
    let deviation = (Double.log(joint + 1e-9) - center) / spread
    let isTooStable = deviation < 0 && seen >= confidence
    score.measurements.append(.init("distance", joint))
    score.measurements.append(.init("deviation", deviation))
    score.value = isTooStable ? -deviation : max(0, deviation)
    if isTooStable { score.sentence = "more stable than clean images of that confidence; " + score.sentence }
  }
}
