import Classifiers
import Pixels
import Preprocessing

/// A further model that detectors ask about the image as it is.
struct SecondOpinion: Sendable {
  let name: String
  /// Whether errors of the model are for the operator alone, because only private detectors ask it.
  private let isPrivate: Bool
  private let classifier: any Classifier
  private let preprocessor: Preprocessor
  private let encoder: TensorEncoder

  init(_ definition: FilterDefinition.ModelDefinition, _ classifier: any Classifier, isPrivate: Bool) {
    name = definition.name
    self.isPrivate = isPrivate
    self.classifier = classifier
    preprocessor = definition.preprocessor
    encoder = definition.tensor.encoder(size: preprocessor.outputSize, definition.normalisation)
  }

  /// - Throws: `classifier-failed`.
  func prediction(of image: borrowing PixelImage) async throws(SluiceError) -> Prediction {
    var batch = TensorBatch(form: encoder.form, count: 1)
    encoder.encode(preprocessor.apply(to: image.clone()), into: &batch, at: 0)
    do throws(SluiceError) { return try await classifier.predictions(for: batch)[0] } catch {
      throw error.keptPrivate(isPrivate)
    }
  }
}
