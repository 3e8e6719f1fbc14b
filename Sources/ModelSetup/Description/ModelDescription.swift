import Classifiers
import Common
import Pixels

/// What a model is, found by reading it and by running it.
package struct ModelDescription: Sendable, Hashable {
  package let path: String
  package let format: ModelFormat
  /// Engine and version.
  package let engine: String
  package let inputs: [ModelTensor]
  package let outputs: [ModelTensor]
  /// What makes it an image classifier, also where filters cannot use its scores; `nil` for any other model.
  package var classifier: ClassifierDescription?
  /// Why it is no image classifier that can be used, and what would help.
  package var refusal: SluiceError?
}

/// What was found by running an image classifier.
package struct ClassifierDescription: Sendable, Hashable {
  package let input: PictureInput
  package var output: ScoreOutput
  /// The sizes that it was run with successfully, the one of its file (or the first that works) first.
  package var sizes: [PixelSize]
  /// The sizes that it refuses, or for which it gives another number of scores.
  package var refusedSizes: [PixelSize]
  /// The numbers of pictures in one call that it was run with successfully.
  package var batches: [Int]
  /// Those that it does not take, or in which it judges a picture otherwise than alone.
  package var refusedBatches: [Int] = []
  package var timings: [CallTiming]
  /// Whether photographs were seen besides noise, which tell one probability from one logit.
  package var isSeenOnPhotographs = false
}
