import Classifiers
import FilterPipeline
import Pixels
import Preprocessing

/// A model of a filter, and how it is shown an image.
struct WitnessModel {
  /// Its place in the filter file.
  let place: String
  let settings: OpenVINOSettings
  let encoder: TensorEncoder
  /// How the model-size image becomes the model's input; `nil` for the classifier, whose size it has.
  private let preprocessor: Preprocessor?

  func batch(of image: borrowing PixelImage) -> TensorBatch {
    guard let preprocessor else { return encoder.encoded(image) }
    return encoder.encoded(preprocessor.trappingApply(to: image.clone()))
  }

  /// The classifier, and the models that are asked for a second opinion.
  static func all(of definition: FilterDefinition) -> [WitnessModel] {
    let classifier = definition.classifier.map {
      WitnessModel(
        place: FilterDefinition.classifierPlace, settings: $0.openVINO, encoder: definition.encoder, preprocessor: nil)
    }
    return [classifier].compactMap(\.self)
      + definition.models.map {
        WitnessModel(
          place: FilterDefinition.place(ofModel: $0.name), settings: $0.openVINO, encoder: $0.encoder,
          preprocessor: $0.preprocessor)
      }
  }
}
