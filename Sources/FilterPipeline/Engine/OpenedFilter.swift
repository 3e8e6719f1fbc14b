import Classifiers
import Common
import Detectors
import Files
import Pixels
import Squeezers

/// A filter with its models: what the stages of an image's way are made of.
struct OpenedFilter: Sendable {
  let definition: FilterDefinition
  let classifier: (any Classifier)?
  let labels: ClassLabels?
  /// In the order in which detectors first ask for them.
  let witnesses: [any Witness]

  /// - Throws: `model-mismatch` for labels or a further model that do not fit the classifier, and for a look of a size that
  ///   the classifier does not take; `unreadable-file`.
  init(_ definition: FilterDefinition, _ models: OpenedModels) throws(SluiceError) {
    self.definition = definition
    classifier = models.classifier
    labels = try definition.classifier?.labelsPath.map { (path) throws(SluiceError) in
      try Self.labels(path, classCount: models.classifier?.classCount)
    }
    var witnesses: [any Witness] = []
    if let classifier = models.classifier {
      for configured in definition.detectors {
        guard let detector = configured.detector.predictionDetector else { continue }
        var models = models
        if configured.isExact { models.looks = [:] }
        let asked = try Self.witnesses(of: detector, definition, classifier, models)
        witnesses += asked.filter { witness in !witnesses.contains { $0.name == witness.name } }
      }
    }
    self.witnesses = witnesses
  }

  private static func witnesses(
    of detector: any PredictionDetector, _ definition: FilterDefinition, _ classifier: any Classifier,
    _ models: OpenedModels
  ) throws(SluiceError) -> [any Witness] {
    var witnesses: [any Witness] = try detector.squeezers.map { (squeezer) throws(SluiceError) in
      let size = squeezer.outputSize(of: definition.form.size)
      guard let look = models.looks[size] ?? (size == definition.form.size ? classifier : nil) else {
        throw SluiceError(
          .modelMismatch, "the classifier is not there for looks of \(size.width)×\(size.height) pixels")
      }
      return SqueezedLook(
        squeezer, look, definition, isPrivate: definition.privateSqueezers.contains(squeezer.description))
    }
    for model in definition.models where detector.models.contains(model.name) {
      guard let opened = models.models[model.name] else { continue }
      try checkClasses(of: opened, model.name, classifier)
      witnesses.append(
        SecondOpinion(model, opened, isPrivate: definition.privateModels.contains(model.name)))
    }
    for model in definition.autoencoders where detector.autoencoders.contains(model.name) {
      guard let opened = models.autoencoders[model.name] else { continue }
      let look = models.looks[definition.form.size] ?? classifier
      witnesses.append(
        Reconstructor(
          model, opened, look, definition, isPrivate: definition.privateAutoencoders.contains(model.name)))
    }
    return witnesses
  }

  private static func checkClasses(
    of model: any Classifier, _ name: String, _ classifier: any Classifier
  ) throws(SluiceError) {
    guard model.classCount == classifier.classCount else {
      throw SluiceError(
        .modelMismatch, "the model `\(name)` has \(model.classCount) classes, the classifier \(classifier.classCount)",
        remedy: "a second opinion needs a model of the same classes")
    }
  }

  private static func labels(_ path: String, classCount: Int?) throws(SluiceError) -> ClassLabels {
    let labels = try ClassLabels(readFile(path, atMost: 10_000_000), path: path)
    guard classCount == nil || labels.count == classCount else {
      throw SluiceError(
        .modelMismatch, "\(path) names \(labels.count) classes, but the model has \(classCount ?? 0)",
        remedy: "give the labels that belong to the model")
    }
    return labels
  }
}

/// Models that are open.
package struct OpenedModels: Sendable {
  /// Whose answer is given out.
  package var classifier: (any Classifier)?
  /// The same model as witnesses ask it, by the size of its input; the classifier itself where it is not there.
  package var looks: [PixelSize: any Classifier] = [:]
  /// Further models and autoencoders, by their names.
  package var models: [String: any Classifier] = [:]
  package var autoencoders: [String: any Autoencoder] = [:]

  package init(
    classifier: (any Classifier)? = nil, looks: [PixelSize: any Classifier] = [:],
    models: [String: any Classifier] = [:], autoencoders: [String: any Autoencoder] = [:]
  ) {
    self.classifier = classifier
    self.looks = looks
    self.models = models
    self.autoencoders = autoencoders
  }
}
