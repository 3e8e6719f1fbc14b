import Classifiers
import Decision
import Detectors
import ImageCodecs
import Pixels
import Squeezers

/// What is known about one input on its way, from its bytes to its verdict.
struct Passage: ~Copyable {
  let input: EncodedInput
  let wanted: WantedJudgement
  let draws: ImageDraws
  var verdict: Verdict
  var scores: ScoreSheet
  /// The decoded file, until it was looked at.
  var decoded: DecodedImage?
  /// The picture in full size, until it was preprocessed.
  var source: PixelImage?
  /// The model-size image.
  var image: ModelImage?
  /// The model-size image as the classifier was asked about it.
  var encoded: TensorBatch?
  /// What models say, once the classifier was asked.
  var evidence: PredictionEvidence?
  /// Places of the witnesses that were asked, in the order of the calibration.
  var asked: [Int] = []
  /// Whether it is flagged whatever else is asked, although its way goes on.
  var isCertainlyFlagged = false
  var tensor: ForwardedTensor?
  var picture: [UInt8]?
  /// What the classifier says about the forwarded tensor, where it was asked that already.
  var prediction: Prediction?

  consuming func judgement() -> Judgement {
    Judgement(
      verdict: verdict, tensor: tensor, picture: picture, prediction: prediction,
      modelImage: wanted.modelImage && verdict.outcome != .rejected ? image : nil)
  }
}

/// A model-size image that several may look at.
package final class ModelImage: Sendable {
  package let pixels: PixelImage

  init(_ pixels: consuming PixelImage) { self.pixels = pixels }
}

/// What is drawn for one image from the operator's secret and the image's digest.
struct ImageDraws: Sendable {
  /// For randomised squeezers.
  let seed: ImageSeed
  /// For the order of witnesses; `nil` in a filter without a secret.
  let order: UInt64?
  /// Whether the image is judged completely although it could leave early.
  let isAudited: Bool
}

/// What is to be done with an image that is judged.
package struct WantedJudgement: Sendable {
  /// What becomes of a flagged image.
  package var flagged: FlaggedImages
  /// Whether the forwarded tensor is wanted, or only the verdict.
  package var tensor: Bool
  /// Whether the forwarded picture is wanted as well.
  package var picture: Bool
  /// Whether an image is forwarded that the classifier failed on; the verdict stays `failed`.
  package var failsOpen: Bool
  /// Whether everything is asked, even where the verdict is certain before.
  package var complete: Bool
  /// Whether the model-size image is wanted as well, also of a flagged one.
  package var modelImage: Bool

  package init(
    flagged: FlaggedImages = .enforce, tensor: Bool = true, picture: Bool = false, failsOpen: Bool = false,
    complete: Bool = false, modelImage: Bool = false
  ) {
    self.flagged = flagged
    self.tensor = tensor
    self.picture = picture
    self.failsOpen = failsOpen
    self.complete = complete
    self.modelImage = modelImage
  }
}
