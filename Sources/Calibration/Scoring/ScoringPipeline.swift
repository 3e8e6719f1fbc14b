import Common
import Decision
import Detectors
import FilterPipeline
import Pixels
import Squeezers

/// A filter that gives scores instead of decisions, and beside them the score of the published baseline and what the classifier
/// says of every version that the filter could forward.
package struct ScoringPipeline: Sendable {
  package let pipeline: Pipeline
  /// The filter without the baseline.
  let filterDefinition: FilterDefinition
  package let identity: CalibrationIdentity
  /// The detectors that a calibration decides about.
  package let detectors: [UncalibratedDetector]
  /// What they wait for, in the order of the filter file; what it takes is not known yet.
  package let witnesses: [MeasuredWitness]
  /// Whether the baseline is scored too.
  package let hasBaseline: Bool
  /// The class that a path names.
  let pathClasses: PathClasses

  /// What the baseline is called beside the filter's detectors; a name that no filter file can give.
  private static let baselineName = "\u{0}baseline"
  /// What asks for versions that are forwarded and that no detector asks for.
  private static let versionsName = "\u{0}versions"
  /// Whatever is scored beside the filter.
  private static let addedNames: Set = [baselineName, versionsName]

  /// - Parameters:
  ///   - withBaseline: whether the published feature squeezing is scored too, at three more calls an image; it needs a
  ///     classifier of colour images.
  ///   - withVersions: whether the classifier is also asked about every version that could be forwarded and that no detector looks
  ///     at, at a call each; otherwise only about the one that the filter forwards.
  /// - Throws: `invalid-filter` for a filter without a `decision`; what opening the filter throws.
  package init(
    _ file: FilterFile, _ environment: PipelineEnvironment, withBaseline: Bool, withVersions: Bool = false
  ) throws(SluiceError) {
    guard file.definition.decision != nil else {
      throw Self.lacksDecision(file, "there is nothing to calibrate")
    }
    var environment = environment
    environment.decides = false
    var file = file
    identity = try file.calibrationIdentity(environment)
    detectors = file.definition.calibratedDetectors.map { definition in
      UncalibratedDetector(
        name: definition.name, kind: definition.kind, weight: definition.weight, group: definition.group,
        isFitted: definition.detector.predictionDetector != nil,
        witnesses: definition.detector.predictionDetector.map(PredictionEvidence.witnesses) ?? [])
    }
    filterDefinition = file.definition
    hasBaseline =
      withBaseline && file.definition.classifier != nil && file.definition.tensor.channels.pixelChannels == .rgb
    if hasBaseline { file.definition.add(FeatureSqueezing.published, named: Self.baselineName) }
    let forwarded = file.definition.forwardedVersion
    let unasked = file.definition.unaskedVersions.filter { withVersions || $0.description == forwarded }
    if !unasked.isEmpty {
      file.definition.add(FeatureSqueezing(unasked.map { .init($0, .changedLabel) }), named: Self.versionsName)
    }
    pipeline = try Pipeline(file, environment)
    pathClasses = pipeline.pathClasses
    let asked = Set(detectors.flatMap(\.witnesses))
    // What is scored beside the filter asks publicly what may be private in it.
    let hidden = Set(filterDefinition.privateWitnesses)
    witnesses = pipeline.witnesses.filter { asked.contains($0.name) }.map { witness in
      var witness = witness
      witness.isPrivate = hidden.contains(witness.name)
      return witness
    }
  }

  /// What is wrong with a filter that leaves nothing to a calibration.
  ///
  /// - Parameters:
  ///   - consequence: what it cannot be used for, in a clause.
  ///   - step: what is to be done once it was given a decision; `nil` for nothing more.
  package static func lacksDecision(
    _ file: FilterFile, _ consequence: String, then step: String? = nil
  ) -> SluiceError {
    SluiceError(
      .invalidFilter, "\(file.path) has no `decision`, so \(consequence)",
      remedy: "add `decision: {falsePositiveBudget: 0.05, calibration: \(file.definition.name).calibration.json}`, "
        + "and leave out the thresholds of the detectors that it is to decide about"
        + (step.map { ", then \($0)" } ?? ""))
  }

  /// An empty set, or one with the scores that an interrupted run left beside a calibration.
  ///
  /// - Parameters:
  ///   - reviewed: what reviewers say of images, wherever these lie.
  /// - Throws: `calibration-mismatch` when those are of another filter; `unreadable-file`, `unwritable-output`.
  package func calibrationSet(
    resuming path: String, reviewed: ReviewedDigests = ReviewedDigests()
  ) throws(SluiceError) -> CalibrationSet {
    let thresholds = filterDefinition.detectors.compactMap { detector in
      detector.threshold.map { "\(detector.name) above \($0)" }
    }
    let journal = try ScoreJournal(
      path, of: identity, detectors: detectors.map(\.name), thresholds: thresholds, forwarded: forwardedVersion)
    return CalibrationSet(
      journal, withBaseline: hasBaseline, trueClass: { [pathClasses] in pathClasses($0) }, reviewed: reviewed)
  }

  /// What the filter's own detectors squeeze images with, and what it forwards.
  var filterSqueezers: [String] { filterDefinition.squeezers.filter { !($0 is Occlusion) }.map(\.description) }

  /// The version of an image that the filter forwards; `nil` for the image itself.
  package var forwardedVersion: String? { filterDefinition.forwardedVersion }

  /// Classifier calls beyond the one for the image itself; a further model's call counts as one.
  var extraCalls: Int { calls(of: filterDefinition.detectors) }

  func calls(of detector: String) -> Int { calls(of: filterDefinition.detectors.filter { $0.name == detector }) }

  private func calls(of definitions: [FilterDefinition.DetectorDefinition]) -> Int {
    let detectors = definitions.compactMap { $0.detector.predictionDetector }
    return Set(detectors.flatMap { $0.squeezers.map(\.description) }).count + Set(detectors.flatMap(\.models)).count
      + Set(detectors.flatMap(\.autoencoders)).count
  }

  /// What was taken by the calibrated detectors, by the baseline, and by everything that is scored beside the filter.
  func milliseconds(in verdict: Verdict) -> (detectors: [Double], baseline: Double, added: Double) {
    let added = verdict.detectors.filter { Self.addedNames.contains($0.name) }
    return (
      calibrated(verdict).map(\.score.milliseconds),
      added.first { $0.name == Self.baselineName }?.score.milliseconds ?? 0,
      added.reduce(0) { $0 + $1.score.milliseconds }
    )
  }

  private func calibrated(_ verdict: Verdict) -> [Verdict.DetectorVerdict] {
    verdict.detectors.filter { $0.threshold == nil && !Self.addedNames.contains($0.name) }
  }

  /// The scores in a verdict; `nil` for an image that could not be judged.
  package func scores(in verdict: Verdict, of task: ScoringTask) -> ScoredImage? {
    guard let origin = verdict.origin, !verdict.detectors.isEmpty, verdict.error == nil else { return nil }
    return ScoredImage(
      digest: task.digest, kind: task.kind, attack: task.attack, origin: origin,
      scores: calibrated(verdict).map(\.score.value),
      baseline: verdict.detectors.first { $0.name == Self.baselineName }?.score.value,
      predictedClass: forwardedVersion.map { verdict.topClass(of: $0) } ?? verdict.prediction?.topClass,
      trueClass: pathClasses(task.source), confidence: verdict.prediction?.logOdds,
      milliseconds: Dictionary(verdict.asked.map { ($0.name, $0.milliseconds) }) { first, _ in first },
      flags: Dictionary(
        verdict.detectors.filter { $0.threshold != nil && $0.isFlagged }.map { ($0.name, $0.score.sentence) }
      ) { first, _ in first })
  }
}

extension Verdict {
  /// The class that the classifier sees in a squeezed version of the image; `nil` where it was not asked.
  func topClass(of version: String) -> Int? {
    detectors.flatMap(\.score.squeezed).last { $0.squeezer == version }?.topClass
  }
}

extension FilterDefinition {
  /// The squeezed version that is forwarded, as verdicts name it; `nil` for the image itself.
  fileprivate var forwardedVersion: String? {
    if case .squeezed(let squeezer) = forward { return squeezer.description }
    return nil
  }

  /// Versions that could be forwarded and that no detector asks the classifier about.
  fileprivate var unaskedVersions: [any Squeezer] {
    guard classifier != nil else { return [] }
    let asked = Set(
      detectors.compactMap { $0.detector.predictionDetector }.flatMap { $0.squeezers.map(\.description) })
    return squeezers.filter { !asked.contains($0.description) && !($0 is Occlusion) }
  }
}
