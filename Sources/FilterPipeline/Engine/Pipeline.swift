import Classifiers
import Detectors
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

/// What a run brings to a filter: things that do not belong into its file.
package struct PipelineEnvironment: Sendable {
  /// SHA-256 of bytes, in hexadecimal. Injected, so that this module needs no cryptography library.
  package var sha256: @Sendable ([UInt8]) -> String
  /// Environment variables, for finding the inference engine.
  package var variables: [String: String]
  /// How many images are judged at the same time.
  package var workers: Int
  /// Whether flagged images are forwarded all the same, for watching a filter before relying on it.
  package var observes: Bool

  package init(
    sha256: @escaping @Sendable ([UInt8]) -> String, variables: [String: String], workers: Int,
    observes: Bool = false
  ) {
    self.observes = observes
    self.sha256 = sha256
    self.variables = variables
    self.workers = workers
  }
}

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
///     decode ─ preprocess ─ squeeze ─ encode ─ classify (one batch) ─ detect ─ verdict
///
/// It has no state that changes, so any number of images may be judged at once.
package final class Pipeline: Sendable {
  package let identity: FilterIdentity
  package let definition: FilterDefinition
  package let form: TensorForm
  package let classifier: (any Classifier)?
  package let labels: ClassLabels?
  /// The squeezers of all detectors, each once.
  package let squeezers: [any Squeezer]
  let decoder: ImageDecoder
  let preprocessor: Preprocessor
  let originalEncoder: TensorEncoder
  let squeezedEncoders: [TensorEncoder]
  let observes: Bool
  let sha256: @Sendable ([UInt8]) -> String

  /// Builds the pipeline of a filter, and opens its classifier.
  ///
  /// - Throws: `invalid-preprocessing`; `unreadable-file` and `model-mismatch` for the labels; what opening the
  ///   classifier throws.
  package convenience init(
    _ file: FilterFile, _ environment: PipelineEnvironment
  ) throws(SluiceError) {
    let identity = FilterIdentity(name: file.definition.name, digest: environment.sha256(file.bytes))
    let form = Self.form(of: file.definition)
    var classifier: OpenVINOClassifier?
    if var settings = file.definition.classifier?.openVINO {
      settings.streams = environment.workers
      classifier = try OpenVINOClassifier(settings, form: form, environment: environment.variables)
    }
    try self.init(
      file.definition, identity: identity, classifier: classifier, sha256: environment.sha256,
      observes: environment.observes)
    try classifier?.prepare(batch: 1 + squeezers.count)
  }

  /// Builds a pipeline around a classifier that is already there.
  package init(
    _ definition: FilterDefinition, identity: FilterIdentity, classifier: (any Classifier)?,
    sha256: @escaping @Sendable ([UInt8]) -> String, observes: Bool = false
  ) throws(SluiceError) {
    self.observes = observes
    self.definition = definition
    self.identity = identity
    self.classifier = classifier
    self.sha256 = sha256
    form = Self.form(of: definition)
    decoder = ImageDecoder(limits: definition.limits)
    preprocessor = try Preprocessor(
      steps: definition.preprocess, channels: definition.tensor.channels.pixelChannels)
    squeezers = Self.distinct(definition.detectors.flatMap { $0.detector.squeezers })
    let form = form
    func encoder(_ values: SampleValues) -> TensorEncoder {
      TensorEncoder(
        form: form, normalisation: definition.normalisation, quantisation: definition.tensor.quantisation,
        sampleValues: values)
    }
    originalEncoder = encoder(.unit)
    squeezedEncoders = squeezers.map { encoder($0.sampleValues) }
    labels = try definition.classifier?.labelsPath.map { (path) throws(SluiceError) in
      try Self.labels(path, classCount: classifier?.classCount)
    }
  }

  private static func form(of definition: FilterDefinition) -> TensorForm {
    let size: PixelSize =
      switch definition.preprocess.last {
      case .centerCrop(let size), .resizeExactly(let size, _): size
      case .resizeShorterSide, nil: preconditionFailure("the filter's preprocessing was checked")
      }
    return TensorForm(
      element: definition.tensor.element, layout: definition.tensor.layout, channels: definition.tensor.channels,
      size: size)
  }

  private static func distinct(_ squeezers: [any Squeezer]) -> [any Squeezer] {
    var seen: Set<String> = []
    return squeezers.filter { seen.insert($0.description).inserted }
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
