import Classifiers
import Detectors
import Pixels
import Preprocessing

/// Opens the models that a filter names.
struct ModelOpener {
  private let definition: FilterDefinition
  private let environment: PipelineEnvironment

  init(_ definition: FilterDefinition, _ environment: PipelineEnvironment) {
    self.definition = definition
    self.environment = environment
  }

  /// The protected classifier; `nil` for a filter without one.
  func classifier() throws(SluiceError) -> OpenVINOClassifier? {
    guard let settings = definition.classifier?.openVINO else { return nil }
    return try OpenVINOClassifier(parallel(settings), form: definition.form, environment: environment.variables)
  }

  func models() throws(SluiceError) -> [String: any Classifier] {
    var opened: [String: any Classifier] = [:]
    for model in definition.models where detectors.contains(where: { $0.models.contains(model.name) }) {
      let classifier = try OpenVINOClassifier(
        parallel(model.openVINO), form: form(model), environment: environment.variables)
      try classifier.prepare(batch: 1)
      opened[model.name] = classifier
    }
    return opened
  }

  func autoencoders() throws(SluiceError) -> [String: any Autoencoder] {
    var opened: [String: any Autoencoder] = [:]
    for model in definition.autoencoders where detectors.contains(where: { $0.autoencoders.contains(model.name) }) {
      opened[model.name] = try OpenVINOAutoencoder(
        parallel(model.openVINO), form: form(model), environment: environment.variables)
    }
    return opened
  }

  /// Models that no detector asks are not opened.
  private var detectors: [any PredictionDetector] {
    definition.detectors.compactMap { $0.detector as? any PredictionDetector }
  }

  private func form(_ model: FilterDefinition.ModelDefinition) -> TensorForm {
    model.tensor.form(size: model.preprocessor.outputSize)
  }

  private func parallel(_ settings: OpenVINOSettings) -> OpenVINOSettings {
    var settings = settings
    settings.streams = environment.workers
    return settings
  }
}
