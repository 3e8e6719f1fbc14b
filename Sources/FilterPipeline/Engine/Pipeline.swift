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

  package init(
    sha256: @escaping @Sendable ([UInt8]) -> String, variables: [String: String], workers: Int
  ) {
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

/// What became of one input: the verdict, and the tensor exactly when the verdict is clean.
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
  private let decoder: ImageDecoder
  private let preprocessor: Preprocessor
  private let originalEncoder: TensorEncoder
  private let squeezedEncoders: [TensorEncoder]
  private let sha256: @Sendable ([UInt8]) -> String

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
      file.definition, identity: identity, classifier: classifier, sha256: environment.sha256)
  }

  /// Builds a pipeline around a classifier that is already there.
  package init(
    _ definition: FilterDefinition, identity: FilterIdentity, classifier: (any Classifier)?,
    sha256: @escaping @Sendable ([UInt8]) -> String
  ) throws(SluiceError) {
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

extension Pipeline {
  /// Judges one input. Never throws: whatever happens becomes a verdict.
  ///
  /// - Complexity: one decode, one squeeze for each distinct squeezer, one classifier call on a batch of
  ///   1 + squeezers images.
  package func judge(_ input: EncodedInput, id: Int) async -> Judgement {
    var verdict = Verdict(
      id: id, source: input.source, offset: input.offset, outcome: .failed, filter: identity)
    switch input.problem {
    case .unreadable(let error):
      verdict.error = error
      return Judgement(verdict: verdict)
    case .rejected(let error):
      verdict.outcome = .rejected
      verdict.error = error
      return Judgement(verdict: verdict)
    case nil: break
    }
    verdict.sha256 = sha256(input.bytes)
    do throws(SluiceError) {
      let image = try prepare(input.bytes, &verdict)
      return try await judge(image, verdict)
    } catch {
      verdict.error = error
      verdict.outcome = error.code == .classifierFailed ? .failed : .rejected
      return Judgement(verdict: verdict)
    }
  }

  /// The model-size image of an encoded one, for showing.
  package func modelImage(of bytes: [UInt8]) throws(SluiceError) -> PixelImage {
    preprocessor.apply(to: try decoder.decode(bytes.span).takePixels())
  }

  private func prepare(_ bytes: [UInt8], _ verdict: inout Verdict) throws(SluiceError) -> PixelImage {
    var watch = Stopwatch()
    let decoded = try decoder.decode(bytes.span)
    verdict.header = decoded.header
    verdict.findings = decoded.findings
    verdict.timings.decode = watch.lap()
    let image = preprocessor.apply(to: decoded.takePixels())
    verdict.timings.preprocess = watch.lap()
    return image
  }

  private func judge(_ image: consuming PixelImage, _ initial: Verdict) async throws(SluiceError) -> Judgement {
    var verdict = initial
    var watch = Stopwatch()
    let batch = batch(of: image)
    if let classifier {
      let predictions = try await classifier.predictions(for: batch)
      verdict.prediction = Verdict.Prediction(predictions[0], labels)
      verdict.detectors = detectorVerdicts(predictions)
    }
    let isFlagged = verdict.detectors.contains(where: \.isFlagged)
    verdict.outcome = isFlagged ? .adversarial : .clean
    verdict.timings.detect = watch.lap()
    guard !isFlagged else { return Judgement(verdict: verdict) }
    verdict.tensor = Verdict.TensorSummary(shape: form.shape(batch: 1), element: form.element)
    return Judgement(verdict: verdict, tensor: forwardedTensor(image, batch))
  }

  /// The image and its squeezed versions, as the classifier takes them.
  private func batch(of image: borrowing PixelImage) -> TensorBatch {
    var batch = TensorBatch(form: form, count: 1 + squeezers.count)
    originalEncoder.encode(image, into: &batch, at: 0)
    for (index, squeezer) in squeezers.enumerated() {
      squeezedEncoders[index].encode(squeezer.squeeze(image), into: &batch, at: index + 1)
    }
    return batch
  }

  private func detectorVerdicts(_ predictions: [Prediction]) -> [Verdict.DetectorVerdict] {
    let squeezed = zip(squeezers, predictions.dropFirst()).map { ($0.description, $1) }
    let evidence = Evidence(
      original: predictions[0], squeezed: Dictionary(squeezed, uniquingKeysWith: { first, _ in first }))
    return definition.detectors.map { configured in
      Verdict.DetectorVerdict(
        name: configured.name, score: configured.detector.score(evidence), threshold: configured.threshold)
    }
  }

  private func forwardedTensor(_ image: borrowing PixelImage, _ batch: borrowing TensorBatch) -> ForwardedTensor {
    guard case .squeezed(let squeezer) = definition.forward else { return ForwardedTensor(batch, 0) }
    if let index = squeezers.firstIndex(where: { $0.description == squeezer.description }) {
      return ForwardedTensor(batch, index + 1)
    }
    var single = TensorBatch(form: form, count: 1)
    let encoder = TensorEncoder(
      form: form, normalisation: definition.normalisation, quantisation: definition.tensor.quantisation,
      sampleValues: squeezer.sampleValues)
    encoder.encode(squeezer.squeeze(image), into: &single, at: 0)
    return ForwardedTensor(single, 0)
  }
}

extension ForwardedTensor {
  fileprivate init(_ batch: borrowing TensorBatch, _ index: Int) {
    let image = batch.image(index)
    form = batch.form
    bytes = unsafe image.withUnsafeBytes { unsafe [UInt8]($0) }
  }
}

extension Verdict.Prediction {
  fileprivate init(_ prediction: Prediction, _ labels: ClassLabels?) {
    self.init(
      topClass: prediction.topClass, label: labels?[prediction.topClass],
      probability: prediction.topProbability)
  }
}

/// Measures stretches of time in milliseconds.
private struct Stopwatch {
  private var start = ContinuousClock.now

  mutating func lap() -> Double {
    let now = ContinuousClock.now
    let elapsed = now - start
    start = now
    return Double(elapsed.components.seconds) * 1e3 + Double(elapsed.components.attoseconds) * 1e-15
  }
}
