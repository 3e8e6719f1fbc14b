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

/// What became of one input: the verdict, and the tensor when the verdict is clean or the run only observes.
package struct Judgement: Sendable {
  package var verdict: Verdict
  package var tensor: ForwardedTensor?
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
  let services: PipelineServices
  /// Whether a detector looks at the decoded picture before it is scaled.
  let looksAtSource: Bool
  /// The detector that looks at the file, and its place among the detectors.
  let fileFindings: (index: Int, detector: FileFindings)?

  /// Builds the pipeline of a filter, and opens its models.
  ///
  /// - Throws: `unreadable-file` and `model-mismatch` for the labels; `invalid-secret`; what opening the models throws.
  package convenience init(
    _ file: FilterFile, _ environment: PipelineEnvironment
  ) throws(SluiceError) {
    let definition = file.definition
    let opener = ModelOpener(definition, environment)
    let classifier = try opener.classifier()
    try self.init(
      definition, identity: FilterIdentity(name: definition.name, digest: environment.sha256(file.bytes)),
      classifier: classifier, models: try opener.models(), autoencoders: try opener.autoencoders(),
      decision: environment.decides ? try file.decision(environment) : nil,
      services: try PipelineServices(definition, environment))
    for size in Set(predictionStage?.groups.map(\.count) ?? []) { try classifier?.prepare(batch: size) }
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
    let values: SampleValues =
      switch definition.forward {
      case .original: .unit
      case .squeezed(let squeezer): squeezer.sampleValues
      }
    forwardEncoder = definition.tensor.encoder(size: definition.form.size, definition.normalisation, values)
    predictionStage = try classifier.map { (classifier) throws(SluiceError) in
      try Self.predictionStage(definition, classifier, models, autoencoders)
    }
    labels = try definition.classifier?.labelsPath.map { (path) throws(SluiceError) in
      try Self.labels(path, classCount: classifier?.classCount)
    }
  }

  package var classifier: (any Classifier)? { predictionStage?.classifier }

  /// The squeezers of all detectors, each once.
  package var squeezers: [any Squeezer] { predictionStage?.squeezers ?? [] }

  private static func predictionStage(
    _ definition: FilterDefinition, _ classifier: any Classifier, _ models: [String: any Classifier],
    _ autoencoders: [String: any Autoencoder]
  ) throws(SluiceError) -> PredictionStage {
    let detectors = definition.detectors.compactMap { $0.detector as? any PredictionDetector }
    var seen: Set<String> = []
    let squeezers = detectors.flatMap(\.squeezers).filter { seen.insert($0.description).inserted }
    let askedModels = Set(detectors.flatMap(\.models))
    let askedAutoencoders = Set(detectors.flatMap(\.autoencoders))
    var opinions: [SecondOpinion] = []
    for definition in definition.models where askedModels.contains(definition.name) {
      guard let model = models[definition.name] else { continue }
      guard model.classCount == classifier.classCount else {
        throw SluiceError(
          .modelMismatch,
          "the model `\(definition.name)` has \(model.classCount) classes, the classifier \(classifier.classCount)",
          remedy: "a second opinion needs a model of the same classes")
      }
      opinions.append(SecondOpinion(definition, model))
    }
    let reconstructors = definition.autoencoders.filter { askedAutoencoders.contains($0.name) }
      .compactMap { definition in autoencoders[definition.name].map { Reconstructor(definition, $0) } }
    return PredictionStage(
      classifier, definition, squeezers: squeezers, models: opinions, autoencoders: reconstructors,
      maxBatch: definition.classifier?.maxBatch ?? FilterDefinition.ClassifierDefinition.defaultMaxBatch)
  }

  private static func labels(_ path: String, classCount: Int?) throws(SluiceError) -> ClassLabels {
    let labels = ClassLabels(String(decoding: try readFile(path, atMost: 10_000_000), as: UTF8.self))
    guard classCount == nil || labels.count == classCount else {
      throw SluiceError(
        .modelMismatch, "\(path) names \(labels.count) classes, but the model has \(classCount ?? 0)",
        remedy: "give the labels that belong to the model")
    }
    return labels
  }
}
