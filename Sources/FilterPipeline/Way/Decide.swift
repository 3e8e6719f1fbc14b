import Common
import Decision
import Detectors

/// Makes the verdict of what was found.
struct Decide: Stage {
  let phase = Phase.detect
  private let decision: Decision?
  private let calibrated: [FilterDefinition.DetectorDefinition]
  private let privateGroups: Set<String>

  init(_ definition: FilterDefinition, _ decision: Decision?) {
    self.decision = decision
    calibrated = definition.calibratedDetectors
    privateGroups = definition.privateGroups
  }

  /// - Throws: `classifier-failed` for a score that is not a number.
  func advance(_ passage: inout Passage) throws(SluiceError) -> StageProgress {
    guard passage.verdict.handling != .unjudged else { return .goesOn }
    var verdict = passage.verdict
    verdict.detectors = try passage.scores.verdicts(isComplete: verdict.ending == .complete)
    if let decision { decide(decision, &verdict, passage.reckoning.take()) }
    let isFlagged = verdict.decision?.isFlagged == true || verdict.detectors.contains(where: \.isFlagged)
    verdict.outcome = isFlagged ? .adversarial : .clean
    passage.verdict = verdict
    return .goesOn
  }

  /// Enters what the calibrated detectors decide together. One that was not asked is no evidence: p-values are then those
  /// that more evidence could only make smaller.
  ///
  /// - Parameters:
  ///   - before: what was computed of the scores while witnesses were asked.
  private func decide(_ decision: Decision, _ verdict: inout Verdict, _ before: Decision.Reckoning?) {
    guard let origin = verdict.origin else { return }
    let places = calibrated.map { detector in verdict.detectors.firstIndex { $0.name == detector.name } }
    var reckoning = decision.reckoning(before, origin, verdict.prediction?.logOdds)
    let scores = places.map { place in place.flatMap { verdict.detectors[$0].score.value } }
    let outcome = decision.decide(scores, &reckoning)
    for (number, place) in places.enumerated() {
      guard let place else { continue }
      verdict.detectors[place].part = outcome.detectors[number]
      if !outcome.groups.isEmpty { verdict.detectors[place].group = decision.calibration.detectors[number].group }
    }
    verdict.decision = Verdict.JointDecision(outcome, budget: decision.budget, privateGroups: privateGroups)
  }
}
