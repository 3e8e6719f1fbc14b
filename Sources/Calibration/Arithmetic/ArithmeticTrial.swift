import Classifiers
import Common
import Decision
import FilterPipeline
import Pixels
import Preprocessing

/// Tries on clean images in what arithmetic a filter's models can be computed, and measures between which values their inner
/// tensors lie, which 8-bit integers need.
package struct ArithmeticTrial {
  private let preparation: ImagePreparation
  private var models: [Shown]
  private var imageCount = 0

  /// A model that is shown images.
  private struct Shown {
    let model: WitnessModel
    let digest: String
    /// `nil` where the model is not to be, or cannot be, computed in 8-bit integers.
    var observer: ActivationObserver?
    var trial: ModelTrial

    init(
      _ model: WitnessModel, observer: ActivationObserver?, _ environment: PipelineEnvironment
    ) throws(SluiceError) {
      self.model = model
      self.observer = observer
      digest = try environment.sha256OfFile(model.settings.modelPath)
      trial = ModelTrial(model.settings, model.encoder.form)
    }
  }

  private init(_ definition: FilterDefinition, _ models: [Shown]) {
    preparation = ImagePreparation(definition)
    self.models = models
  }

  /// Opens the models that the filter wants computed in 8-bit integers.
  ///
  /// - Throws: `invalid-filter` where there are none; what opening a model throws; `model-mismatch` for one that cannot be
  ///   computed in 8 bits.
  package static func ofQuantisedModels(
    _ definition: FilterDefinition, _ environment: PipelineEnvironment
  ) throws(SluiceError) -> ArithmeticTrial {
    let wanted = definition.quantisedModels
    guard !wanted.isEmpty else {
      throw SluiceError(
        .invalidFilter, "no model of the filter is to be computed in int8",
        remedy: "say `precision: int8` beside a model, or `witnessPrecision: int8` beside the classifier")
    }
    var shown: [Shown] = []
    for model in WitnessModel.all(of: definition) where wanted.contains(model.place) {
      shown.append(try Shown(model, observer: try observer(of: model, environment), environment))
    }
    return ArithmeticTrial(definition, shown)
  }

  /// Opens all models, those in 8-bit integers as well that can be computed in them.
  ///
  /// - Throws: what opening a model throws.
  package static func ofAllModels(
    _ definition: FilterDefinition, _ environment: PipelineEnvironment
  ) throws(SluiceError) -> ArithmeticTrial {
    var shown: [Shown] = []
    for model in WitnessModel.all(of: definition) {
      var settings = model.settings
      settings.precision = .int8
      let isPossible = try settings.computedPrecision(environment: environment.variables) == .int8
      // Whatever keeps a model from 8 bits, it can be asked in the others.
      let observer = isPossible ? try? Self.observer(of: model, environment) : nil
      shown.append(try Shown(model, observer: observer, environment))
    }
    return ArithmeticTrial(definition, shown)
  }

  private static func observer(
    of model: WitnessModel, _ environment: PipelineEnvironment
  ) throws(SluiceError) -> ActivationObserver {
    try ActivationObserver(model.settings, form: model.encoder.form, environment: environment.variables)
  }

  /// Adds a clean image.
  ///
  /// - Throws: what reading or decoding it throws, or `classifier-failed`; the trial goes on without it.
  /// - Complexity: one call of each model.
  package mutating func add(_ input: EncodedInput) throws(SluiceError) {
    let image = try preparation.image(of: input)
    // All models first: an image that one of them fails on is of none.
    var extremes: [ActivationObserver.Extremes?] = []
    for shown in models { extremes.append(try shown.observer?.extremes(of: shown.model.batch(of: image))) }
    for place in models.indices {
      if let extremes = extremes[place] { models[place].observer?.add(extremes) }
      models[place].trial.add(models[place].model.batch(of: image))
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
    var entries: [String: ActivationRangesFile.Entry] = [:]
    for shown in models {
      guard let observer = shown.observer else { continue }
      entries[shown.model.place] = .init(
        digest: shown.digest, input: shown.model.settings.input, imageCount: observer.imageCount,
        ranges: observer.ranges)
    }
    return ActivationRangesFile(models: entries)
  }

  /// What the models see, and in what time, with those ranges.
  ///
  /// - Throws: what opening or asking a model throws.
  /// - Complexity: three calls for each of at most 64 images.
  package func outcomes(
    with file: ActivationRangesFile, _ environment: PipelineEnvironment
  ) async throws(SluiceError) -> [ModelArithmetics] {
    var outcomes: [ModelArithmetics] = []
    for shown in models {
      outcomes.append(
        ModelArithmetics(
          place: shown.model.place,
          quantised: shown.observer.map { ($0.convolutionCount, $0.costlyCount) },
          imageCount: shown.trial.imageCount,
          trials: try await shown.trial.trials(
            file.models[shown.model.place]?.ranges, environment: environment.variables)))
    }
    return outcomes
  }
}
