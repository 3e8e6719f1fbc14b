import Classifiers
import Decision
import Detectors
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

/// A clean image's tensor on its way to the classifier.
package struct ForwardedTensor: Sendable {
  package let form: TensorForm
  package let bytes: [UInt8]
}

/// What became of one input: the verdict, and the tensor when the image is forwarded.
package struct Judgement: Sendable {
  package var verdict: Verdict
  package var tensor: ForwardedTensor?
  /// The forwarded picture as a PNG, where it was asked for.
  package var picture: [UInt8]?
  /// What the classifier says about the forwarded tensor, where the filter has asked it that already.
  package var prediction: Prediction?
}

/// What becomes of an image that is flagged.
package enum FlaggedImages: String, Sendable, Hashable, CaseIterable {
  /// It is held back.
  case enforce
  /// Its squeezed version is forwarded instead.
  case sanitize
  /// It is forwarded all the same, for watching a filter before relying on it.
  case observe
}

/// A filter at work: takes encoded images, gives verdicts and tensors.
///
///     decode ─ look at the source ─ preprocess ─ look at the image ─ squeeze, classify ─ compare ─ verdict
///
/// It has no state that changes, so any number of images may be judged at once.
package final class Pipeline: Sendable {
  package let identity: FilterIdentity
  package let definition: FilterDefinition
  package let form: TensorForm
  package let labels: ClassLabels?
  let decoder: ImageDecoder
  /// How calibrated detectors decide; `nil` where each has a threshold of its own, or only scores are wanted.
  package let decision: Decision?
  let predictionStage: PredictionStage?
  let forwardEncoder: TensorEncoder
  /// What is done to clean images before they are forwarded.
  let forwarder: Sanitiser?
  /// Makes the tensor of what is forwarded in place of a flagged image; `nil` for a filter that names no squeezer for it.
  let sanitiser: Sanitiser?
  let services: PipelineServices
  /// Whether a detector looks at the decoded picture before it is scaled.
  let looksAtSource: Bool
  /// The detector that looks at the file, and its place among the detectors.
  let fileFindings: (index: Int, detector: FileFindings)?

  /// Builds the pipeline of a filter, and opens its models.
  ///
  /// - Throws: `unreadable-file`, `invalid-labels` and `model-mismatch` for the labels; `invalid-secret`; what opening the models throws.
  package convenience init(
    _ file: FilterFile, _ environment: PipelineEnvironment
  ) throws(SluiceError) {
    let definition = file.definition
    let opener = ModelOpener(definition, environment)
    let classifier = try opener.classifier()
    try self.init(
      definition, identity: try file.identity(environment),
      classifier: try classifier.map { (classifier) throws(SluiceError) in
        try Self.prepared(classifier, definition, environment)
      }, models: try opener.models(),
      autoencoders: try opener.autoencoders(),
      decision: environment.decides ? try file.decision(environment) : nil,
      services: try PipelineServices(definition, environment))
  }

  /// The classifier, ready for calls of the sizes that will be made; shared by several images at a time where the
  /// environment says so.
  private static func prepared(
    _ classifier: OpenVINOClassifier, _ definition: FilterDefinition, _ environment: PipelineEnvironment
  ) throws(SluiceError) -> any Classifier {
    let sizes = Set(PredictionStage.groups(definition).map(\.count))
    guard let batching = environment.batching, sizes.count == 1, let unit = sizes.first else {
      for size in sizes { try classifier.prepare(batch: size) }
      return classifier
    }
    let largest = definition.maxBatch
    for size in BatchingClassifier.sizes(unit: unit, largest: largest) { try classifier.prepare(batch: size) }
    return BatchingClassifier(
      classifier, unit: unit, largest: largest, calls: environment.workers, delay: batching.delay,
      observer: batching.observer)
  }

  /// Builds a pipeline around models that are already there.
  ///
  /// - Throws: `model-mismatch` for labels or a further model that do not fit the classifier; `unreadable-file`.
  package init(
    _ definition: FilterDefinition, identity: FilterIdentity, classifier: (any Classifier)?,
    models: [String: any Classifier] = [:], autoencoders: [String: any Autoencoder] = [:],
    decision: Decision? = nil, services: PipelineServices
  ) throws(SluiceError) {
    self.decision = decision
    self.definition = definition
    self.identity = identity
    self.services = services
    form = definition.form
    fileFindings =
      definition.detectors.enumerated().lazy
      .compactMap { index, configured in (configured.detector as? FileFindings).map { (index, $0) } }.first
    looksAtSource = definition.detectors.contains { $0.detector is any SourceDetector }
    decoder = ImageDecoder(limits: definition.limits)
    forwardEncoder = definition.encoder(.unit)
    forwarder =
      if case .squeezed(let squeezer) = definition.forward { Sanitiser(squeezer, definition) } else { nil }
    sanitiser = definition.sanitise.map { Sanitiser($0, definition) } ?? forwarder
    predictionStage = try classifier.map { (classifier) throws(SluiceError) in
      try Self.predictionStage(definition, classifier, models, autoencoders)
    }
    labels = try definition.classifier?.labelsPath.map { (path) throws(SluiceError) in
      try Self.labels(path, classCount: classifier?.classCount)
    }
  }

  package var classifier: (any Classifier)? { predictionStage?.classifier }
  /// How many classes the classifier tells apart; `nil` without one.
  package var classCount: Int? { classifier?.classCount }
  /// Whether flagged images can be forwarded in a squeezed version.
  package var sanitises: Bool { sanitiser != nil }

  /// The squeezers of all detectors, each once.
  package var squeezers: [any Squeezer] { predictionStage?.squeezers ?? [] }

  private static func predictionStage(
    _ definition: FilterDefinition, _ classifier: any Classifier, _ models: [String: any Classifier],
    _ autoencoders: [String: any Autoencoder]
  ) throws(SluiceError) -> PredictionStage {
    let detectors = definition.detectors.compactMap { $0.detector as? any PredictionDetector }
    let squeezers = definition.detectorSqueezers
    let askedModels = Set(detectors.flatMap(\.models))
    var opinions: [SecondOpinion] = []
    let (privateModels, privateAutoencoders) = (definition.privateModels, definition.privateAutoencoders)
    for definition in definition.models where askedModels.contains(definition.name) {
      guard let model = models[definition.name] else { continue }
      guard model.classCount == classifier.classCount else {
        throw SluiceError(
          .modelMismatch,
          "the model `\(definition.name)` has \(model.classCount) classes, the classifier \(classifier.classCount)",
          remedy: "a second opinion needs a model of the same classes")
      }
      opinions.append(SecondOpinion(definition, model, isPrivate: privateModels.contains(definition.name)))
    }
    let reconstructors = definition.askedAutoencoders.compactMap { definition in
      autoencoders[definition.name].map {
        Reconstructor(definition, $0, isPrivate: privateAutoencoders.contains(definition.name))
      }
    }
    return PredictionStage(
      classifier, definition, squeezers: squeezers, models: opinions, autoencoders: reconstructors)
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
