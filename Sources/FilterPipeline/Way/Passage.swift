import Classifiers
import Decision
import Detectors
import ImageCodecs
import Pixels

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
  /// The picture in model size, where looking at the file took it already and `source` is still that picture.
  var scaled: PixelImage?
  /// The model-size image.
  var image: ModelImage?
  /// The model-size image as the classifier was asked about it.
  var encoded: TensorBatch?
  /// What models say, once the classifier was asked.
  var evidence: PredictionEvidence?
  /// What was computed of the scores while more was asked; `nil` before, and without a calibration.
  var reckoning: Decision.Reckoning?
  /// Places of the witnesses that were asked, in the order of the calibration.
  var asked: [Int] = []
  /// Whether it is flagged whatever else is asked, although its way goes on.
  var isCertainlyFlagged = false
  var forwardedTensor: ForwardedTensor?
  /// The forwarded picture as a PNG.
  var forwardedPicture: [UInt8]?
  /// What the classifier says about the forwarded tensor, where it was asked that already.
  var forwardedPrediction: Prediction?

  consuming func judgement() -> Judgement {
    Judgement(
      verdict: verdict, tensor: forwardedTensor, picture: forwardedPicture, prediction: forwardedPrediction,
      modelImage: wanted.parts.contains(.modelImage) && verdict.outcome != .rejected ? image : nil)
  }
}
