import Classifiers
import Common
import Decision
import Detectors
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers
import Synchronization
import Workers

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
  /// What the classifier was asked about, where it was asked for; `nil` for what was rejected or never decoded.
  package var modelImage: ModelImage?
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

/// A filter at work: takes encoded images, gives verdicts and tensors. `Way` lists what happens to an image.
///
/// It has no state that changes, so any number of images may be judged at once.
package final class Pipeline: Sendable {
  package let identity: FilterIdentity
  package let definition: FilterDefinition
  package let form: TensorForm
  package let labels: ClassLabels?
  package let classifier: (any Classifier)?
  /// How calibrated detectors decide; `nil` where each has a threshold of its own, or only scores are wanted.
  package let decision: Decision?
  /// What models are asked beyond the classifier's answer, in the order in which detectors first ask for it; what it takes
  /// is not known here.
  package let witnesses: [MeasuredWitness]
  let decoder: ImageDecoder
  let way: Way
  let services: PipelineServices
  let hasPrivateDetectors: Bool
  /// What the tensors of an image take, as they are made and in the engine.
  let bytesPerJudgement: Int
  /// That part of images is judged completely, whatever they look like; 0 without early exits.
  let auditedShare: Double

  /// Builds the pipeline of a filter, and opens its models.
  ///
  /// - Throws: `unreadable-file`, `invalid-labels` and `model-mismatch` for the labels; `invalid-secret`; `calibration-mismatch`; what
  ///   opening the models throws.
  package convenience init(
    _ file: FilterFile, _ environment: PipelineEnvironment
  ) throws(SluiceError) {
    let (models, decision) = try Self.opened(file, environment)
    try self.init(
      file.definition, identity: try file.identity(environment), models: models, decision: decision,
      services: try PipelineServices(file.definition, environment))
  }

  /// Models, and beside them the calibration: both take about as long.
  ///
  /// - Throws: what opening the models throws, and after that what reading the calibration throws.
  private static func opened(
    _ file: FilterFile, _ environment: PipelineEnvironment
  ) throws(SluiceError) -> (OpenedModels, Decision?) {
    let models = Mutex<Result<OpenedModels, SluiceError>>(.success(OpenedModels()))
    let decision = Mutex<Result<Decision?, SluiceError>>(.success(nil))
    runConcurrently(2, threads: min(2, environment.workers)) { number in
      if number == 0 {
        let opened = outcome { () throws(SluiceError) in try ModelOpener(file.definition, environment).models() }
        models.withLock { $0 = opened }
      } else if environment.decides {
        let read = outcome { () throws(SluiceError) in try file.decision(environment) }
        decision.withLock { $0 = read }
      }
    }
    return (try models.withLock { $0 }.get(), try decision.withLock { $0 }.get())
  }

  private static func outcome<Value>(_ work: () throws(SluiceError) -> Value) -> Result<Value, SluiceError> {
    do throws(SluiceError) { return .success(try work()) } catch { return .failure(error) }
  }

  /// Builds a pipeline around models that are already there.
  ///
  /// - Throws: `model-mismatch` for labels or a further model that do not fit the classifier; `calibration-mismatch` for a decision
  ///   that waits for witnesses of another filter; `unreadable-file`.
  package init(
    _ definition: FilterDefinition, identity: FilterIdentity, models: OpenedModels, decision: Decision? = nil,
    services: PipelineServices
  ) throws(SluiceError) {
    let filter = try OpenedFilter(definition, models)
    try decision?.calibration.check(waitsOnlyFor: filter.witnesses.map(\.name))
    self.decision = decision
    self.definition = definition
    self.identity = identity
    self.services = services
    form = definition.form
    labels = filter.labels
    classifier = filter.classifier
    witnesses = filter.witnesses.map { .init(name: $0.name, milliseconds: 0, isPrivate: $0.isPrivate) }
    bytesPerJudgement = Self.bytesPerJudgement(definition, models)
    decoder = ImageDecoder(limits: definition.limits)
    way = Way(filter, decision)
    hasPrivateDetectors = definition.detectors.contains(where: \.isPrivate)
    auditedShare = decision?.calibration.exits == nil ? 0 : definition.decision?.earlyExit?.audit ?? 0
  }

  /// How many classes the classifier tells apart; `nil` without one.
  package var classCount: Int? { classifier?.classCount }
  /// What the paths of labelled pictures say about their classes.
  package var pathClasses: PathClasses { PathClasses(classCount: classCount ?? 0, labels: labels?.names) }
  /// The stages of an image's way, in order.
  package var stageNames: [String] { way.stageNames }
  /// The squeezers of all detectors, each once.
  package var squeezers: [any Squeezer] { definition.detectorSqueezers }
  /// Whether flagged images can be forwarded in a squeezed version.
  package var sanitizes: Bool { definition.sanitizer != nil }
}
