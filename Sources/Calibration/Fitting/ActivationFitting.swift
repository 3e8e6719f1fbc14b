import Classifiers
import Common
import Decision
import FilterPipeline
import Pixels
import Preprocessing

/// Measures on clean images between which values the inner tensors of a filter's models lie, for computing them in 8-bit
/// integers.
package struct ActivationFitting {
  private let preparation: ImagePreparation
  private var models: [Model]
  private var imageCount = 0

  private struct Model {
    let place: String
    let digest: String
    let input: String?
    /// How the model-size image becomes the model's input; `nil` for the classifier, whose size it has.
    let preprocessor: Preprocessor?
    let encoder: TensorEncoder
    var observer: ActivationObserver
    var trial: QuantisationTrial

    func batch(of image: borrowing PixelImage) -> TensorBatch {
      guard let preprocessor else { return encoder.encoded(image) }
      return encoder.encoded(preprocessor.apply(to: image.clone()))
    }
  }

  /// Opens the models that the filter wants computed in 8 bits.
  ///
  /// - Throws: `invalid-filter` where there are none; what opening a model throws; `model-mismatch` for one that cannot be
  ///   computed in 8 bits.
  package init(_ definition: FilterDefinition, _ environment: PipelineEnvironment) throws(SluiceError) {
    let wanted = definition.quantisedModels
    guard !wanted.isEmpty else {
      throw SluiceError(
        .invalidFilter, "no model of the filter is to be computed in int8",
        remedy: "say `precision: int8` beside a model, or `witnessPrecision: int8` beside the classifier")
    }
    preparation = ImagePreparation(definition)
    models = []
    func add(
      _ place: String, _ settings: OpenVINOSettings, _ preprocessor: Preprocessor?, _ encoder: TensorEncoder
    ) throws(SluiceError) {
      guard wanted.contains(place) else { return }
      models.append(
        Model(
          place: place, digest: try environment.sha256OfFile(settings.modelPath), input: settings.input,
          preprocessor: preprocessor, encoder: encoder,
          observer: try ActivationObserver(settings, form: encoder.form, environment: environment.variables),
          trial: QuantisationTrial(settings, encoder.form)))
    }
    if let classifier = definition.classifier {
      try add(FilterDefinition.classifierPlace, classifier.openVINO, nil, definition.encoder)
    }
    for model in definition.models {
      try add(FilterDefinition.place(ofModel: model.name), model.openVINO, model.preprocessor, model.encoder)
    }
  }

  /// Adds a clean image.
  ///
  /// - Throws: what reading or decoding it throws, or `classifier-failed`; the fitting goes on without it.
  /// - Complexity: one call of each model.
  package mutating func add(_ input: EncodedInput) throws(SluiceError) {
    let image = try preparation.image(of: input)
    // All models first: an image that one of them fails on is of none.
    var extremes: [ActivationObserver.Extremes] = []
    for model in models { extremes.append(try model.observer.extremes(of: model.batch(of: image))) }
    for place in models.indices {
      models[place].observer.add(extremes[place])
      models[place].trial.add(models[place].batch(of: image))
    }
    imageCount += 1
  }

  /// The ranges of all images added.
  ///
  /// - Throws: `too-few-images` without any.
  package func ranges() throws(SluiceError) -> ActivationRangesFile {
    guard imageCount > 0 else {
      throw SluiceError(
        .tooFewImages, "activation ranges need clean images, and none could be measured",
        remedy: "name a hundred or more")
    }
    return ActivationRangesFile(
      models: Dictionary(
        uniqueKeysWithValues: models.map { model in
          let entry = ActivationRangesFile.Entry(
            digest: model.digest, input: model.input, imageCount: model.observer.imageCount,
            ranges: model.observer.ranges)
          return (model.place, entry)
        }))
  }

  /// What the models are worth with those ranges.
  ///
  /// - Throws: what opening or asking a model throws.
  /// - Complexity: two calls for each of at most 64 images.
  package func outcomes(
    of file: ActivationRangesFile, _ environment: PipelineEnvironment
  ) async throws(SluiceError) -> [QuantisationOutcome] {
    var outcomes: [QuantisationOutcome] = []
    for model in models {
      guard let ranges = file.models[model.place]?.ranges else { continue }
      outcomes.append(
        QuantisationOutcome(
          place: model.place, convolutionCount: model.observer.convolutionCount,
          costlyCount: model.observer.costlyCount,
          trial: try await model.trial.outcome(ranges, environment: environment.variables)))
    }
    return outcomes
  }
}
