import Classifiers
import Common
import Detectors
import Pixels
import Squeezers

/// Something that is asked about an image beyond the classifier's answer: it costs a call of a model.
protocol Witness: Sendable {
  /// The squeezer's description, or the kind and name of a model: unique in a filter.
  var name: String { get }
  /// Whether only private detectors ask it.
  var isPrivate: Bool { get }

  /// Adds what it says about the image.
  ///
  /// - Throws: `classifier-failed`.
  func testify(
    about image: borrowing PixelImage, _ seed: ImageSeed, in evidence: inout PredictionEvidence
  ) async throws(SluiceError)
}
