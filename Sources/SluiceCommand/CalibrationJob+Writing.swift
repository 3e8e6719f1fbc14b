import Calibration
import Common
import Cryptography
import Decision
import Files
import FilterPipeline

/// What calibrating came to.
struct CalibrationOutcome {
  let decision: Decision
  let flags: FixedFlags
  let answeredRightly: AnsweredRightly
  let report: CalibrationReport
  /// Images that could not be scored.
  let leftOut: Int
}

extension CalibrationJob {
  /// Fits the calibration and writes it.
  func write(
    to target: String, _ collected: CalibrationSet, _ scoring: ScoringPipeline,
    _ definition: FilterDefinition.DecisionDefinition
  ) throws(SluiceError) -> CalibrationOutcome {
    let images = collected.images()
    say(collected.conflicts)
    let rate = self.rate ?? definition.budget
    let terms = CalibrationFitting.Terms(
      budget: rate, rule: definition.rule, shares: definition.shares, exitLimit: definition.earlyExit?.limit,
      drawsOrder: scoring.pipeline.definition.secretPath != nil)
    let fitting = CalibrationFitting(
      identity: scoring.identity, detectors: scoring.detectors, terms: terms, date: today(),
      witnesses: scoring.witnesses, fitsWeights: weights == .fitted, sha256: Digests.sha256)
    let adversarial = images.adversarial.thatKeepTheirEffect
    let calibration = try fitting.calibration(clean: images.clean, adversarial: adversarial)
    let decision = terms.decision(calibration)
    try decision.checkCanSpendBudget()
    let originals = adversarial.filter { $0.kind == ScoredImage.original }
    let suggestions = DetectorAblation(decision, clean: images.clean, adversarial: originals).suggestions
    try replaceFile(target, with: Array(calibration.json.indentedText.utf8))
    let flags = FixedFlags(images.clean)
    let answeredRightly = AnsweredRightly(images.adversarial, forwarded: scoring.forwardedVersion)
    return CalibrationOutcome(
      decision: decision, flags: flags, answeredRightly: answeredRightly,
      report: CalibrationReport(
        decision, flags, answeredRightly, suggestions, repeated: originals.count - Set(originals.map(\.digest)).count,
        path: target),
      leftOut: collected.leftOut)
  }

  /// Says what became of images that are clean in one place and adversarial in another.
  private func say(_ conflicts: CalibrationSet.Conflicts) {
    if conflicts.countedAsAdversarial > 0 {
      Terminal.say(
        "sluice: \(conflicts.countedAsAdversarial) images are both clean and adversarial; they count as adversarial")
    }
    if conflicts.cleared > 0 {
      Terminal.say(
        "sluice: \(conflicts.cleared) adversarial images were cleared by reviewers; they do not count as adversarial")
    }
  }
}

extension [ScoredImage] {
  /// Without changed versions in which the classifier no longer sees what the attack made it see.
  fileprivate var thatKeepTheirEffect: [ScoredImage] {
    let seen = Dictionary(
      filter { $0.kind == ScoredImage.original }.map { ($0.digest, $0.predictedClass) },
      uniquingKeysWith: { first, _ in first })
    return filter { $0.kind == ScoredImage.original || seen[$0.digest] == .some($0.predictedClass) }
  }
}
