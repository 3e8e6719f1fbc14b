import Classifiers
import Pixels
import Squeezers

/// A witness: turns the evidence about one image into a score, higher for more suspicious.
///
/// A detector has no opinion on where suspicion begins; a threshold or a calibration decides that.
package protocol Detector: Sendable {
  /// Its name in a filter file, as in `featureSqueezing`.
  var kind: String { get }
  /// The squeezed versions it wants predictions of.
  var squeezers: [any Squeezer] { get }

  /// - Precondition: the evidence has a prediction for each of the squeezers.
  func score(_ evidence: Evidence) -> DetectorScore
}

/// What is known about one image when the detectors look at it.
package struct Evidence: Sendable {
  package let original: Prediction
  /// Predictions of the squeezed versions, by the squeezer's description.
  package let squeezed: [String: Prediction]

  package init(original: Prediction, squeezed: [String: Prediction]) {
    self.original = original
    self.squeezed = squeezed
  }
}

/// A detector's statement about one image.
package struct DetectorScore: Sendable {
  /// Higher is more suspicious; always finite.
  package let value: Double
  /// What was seen, in a sentence for people.
  package let sentence: String
  /// What led to the score, for the verdict.
  package let detail: Detail

  package struct Detail: Sendable {
    package let distance: Distance
    package let squeezers: [SqueezerEvidence]
  }

  /// What one squeezed version of the image says.
  package struct SqueezerEvidence: Sendable {
    package let squeezer: String
    package let distance: Double
    package let topClass: Int
    package let topProbability: Float
  }
}
