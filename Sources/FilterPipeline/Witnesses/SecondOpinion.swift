import Classifiers
import Common
import Detectors
import Pixels
import Preprocessing
import Squeezers

/// A further model that detectors ask about the image as it is.
struct SecondOpinion: Witness {
  private let model: String
  /// Whether errors of the model are for the operator alone, because only private detectors ask it.
  let isPrivate: Bool
  private let classifier: any Classifier
  private let preprocessor: Preprocessor
  private let encoder: TensorEncoder

  init(_ definition: FilterDefinition.ModelDefinition, _ classifier: any Classifier, isPrivate: Bool) {
    model = definition.name
    self.isPrivate = isPrivate
    self.classifier = classifier
    preprocessor = definition.preprocessor
    encoder = definition.encoder
  }

  var name: String { PredictionEvidence.name(ofModel: model) }

  func testify(
    about image: borrowing PixelImage, _ seed: ImageSeed, in evidence: inout PredictionEvidence
  ) async throws(SluiceError) {
    let batch = encoder.encoded(preprocessor.trappingApply(to: image.clone()))
    do throws(SluiceError) { evidence.add(try await classifier.predictions(for: batch)[0], ofModel: model) } catch {
      throw error.keptPrivate(isPrivate)
    }
  }
}
