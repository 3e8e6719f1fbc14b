import Common
import Decision
import Detectors
import FilterPipeline
import ImageCodecs

/// Turns verdicts of a filter that only scores into an evaluation under a calibration.
package struct Evaluator: Sendable {
  private let scoring: ScoringPipeline
  private let calibration: Calibration
  private let rule: DecisionRule
  private let shares: [String: Double]
  /// The filter's own first.
  package let budgets: [Double]
  private let squeezers: [String]
  private let way: FilterWay

  package init(
    _ scoring: ScoringPipeline, _ calibration: Calibration, rule: DecisionRule, shares: [String: Double],
    budgets: [Double]
  ) {
    self.scoring = scoring
    self.calibration = calibration
    self.rule = rule
    self.shares = shares
    self.budgets = budgets
    squeezers = scoring.filterSqueezers
    way = FilterWay(
      Decision(calibration, rule: rule, budget: budgets[0], shares: shares), scoring.filterDefinition)
  }

  /// The image itself, and every version that the filter makes of it.
  package var versionNames: [String] { ["original"] + squeezers }

  package var judges: [Evaluation.Judge] {
    let baseline: [Evaluation.Judge] =
      hasBaseline ? [.init(name: "published feature squeezing", role: .baseline, calls: 3)] : []
    return [.init(name: "filter", role: .filter, calls: scoring.extraCalls)] + baseline
      + calibration.detectors.map { .init(name: $0.name, role: .detector, calls: scoring.calls(of: $0.name)) }
  }

  private var hasBaseline: Bool { scoring.hasBaseline && calibration.baseline != nil }

  /// - Returns: `nil` for an image that could not be judged.
  package func image(_ task: ScoringTask, _ verdict: Verdict) -> Evaluation.Image? {
    guard let scored = scoring.scores(in: verdict, of: task) else { return refusedImage(task, verdict) }
    let heldOut = fitWithout(task)
    let outcomes = budgets.map { budget in
      decision(budget).decide(scored.scores, scored.circumstances, leavingOut: heldOut)
    }
    let isFlaggedAnyway = verdict.detectors.contains { $0.threshold != nil && $0.isFlagged }
    var filter = zip(budgets, outcomes).map { budget, outcome in
      canSpend(budget) ? outcome.isFlagged || isFlaggedAnyway : nil
    }
    let own = outcomes[0]
    let journey = journey(scored, task, verdict, isFlagged: filter[0] == true, leavingOut: heldOut)
    // Each alone has the whole budget, however the filter divides it.
    let detectors = calibration.detectors.indices.map { index in
      zip(budgets, outcomes).map { budget, outcome in
        calibration.images.count >= StratifiedDistribution.imagesNeeded(for: budget)
          ? outcome.detectors[index].pValue <= budget : nil
      }
    }
    let seen = versionClasses(verdict)
    if journey.isLost { filter[0] = false }
    var image = Evaluation.Image(
      source: task.source, sha256: task.digest,
      trueClass: scored.trueClass,
      predictedClass: verdict.prediction?.topClass, predictedLabel: verdict.prediction?.label,
      probability: verdict.prediction.map { Double($0.probability) }, versions: seen,
      scores: [isFlaggedAnyway ? Evaluation.Image.certain : own.suspicion] + (hasBaseline ? [scored.baseline] : [])
        + scored.scores,
      flagged: [filter] + (hasBaseline ? [baseline(scored.baseline)] : []) + detectors, pValue: own.pValue.value,
      heldOutOf: heldOut,
      milliseconds: milliseconds(verdict),
      sentence: sentence(verdict, own))
    image.journey = journey
    if task.attack == nil, !isFlaggedAnyway { image.heldOutScores = heldOutScores(scored) }
    return image
  }

  /// The attack whose images the fit that judges this one must not have seen; `nil` for the fit that the filter decides by.
  private func fitWithout(_ task: ScoringTask) -> String? {
    // Detectors that share the budget have no weights that were fitted.
    guard rule != .shared, let attack = calibration.attack(of: task.digest, named: task.attack) else { return nil }
    return calibration.heldOut[attack] == nil ? nil : attack
  }

  /// An image that the filter holds back for what is in its file, before anything is asked: flagged at every budget, as far as the
  /// filter sees it. `nil` for one that could not be judged for another reason.
  private func refusedImage(_ task: ScoringTask, _ verdict: Verdict) -> Evaluation.Image? {
    guard let error = verdict.error, error.code == .refusedFinding else { return nil }
    let others = judges.count - 1
    let own: [Bool?] = budgets.map { canSpend($0) ? true : nil }
    let unseen = [Bool?](repeating: nil, count: budgets.count)
    let timings = verdict.timings
    let whole = timings.decode + timings.preprocess + timings.detect
    var image = Evaluation.Image(
      source: task.source, sha256: task.digest, trueClass: scoring.pathClasses(task.source), predictedClass: nil,
      predictedLabel: nil, probability: nil, versions: versionNames.map { _ in nil },
      scores: [Evaluation.Image.certain] + [Double?](repeating: nil, count: others),
      flagged: [own] + [[Bool?]](repeating: unseen, count: others), pValue: nil, heldOutOf: nil,
      milliseconds: [whole] + [Double](repeating: 0, count: others),
      sentence: error.message)
    image.isRefused = true
    image.journey.milliseconds = whole
    image.journey.ending = .flagged
    return image
  }

  /// What each fit without an attack says of a clean image, so that images of that attack are compared with nothing else.
  private func heldOutScores(_ scored: ScoredImage) -> [String: Double] {
    guard rule != .shared else { return [:] }
    let decision = decision(budgets[0])
    return Dictionary(
      uniqueKeysWithValues: calibration.heldOut.keys.map { attack in
        (attack, decision.decide(scored.scores, scored.circumstances, leavingOut: attack).suspicion)
      })
  }

  /// How far the filter itself would go with the image, which was judged completely here.
  private func journey(
    _ scored: ScoredImage, _ task: ScoringTask, _ verdict: Verdict, isFlagged: Bool, leavingOut attack: String?
  ) -> Evaluation.Journey {
    let draw = scoring.pipeline.orderDraw(digest: task.digest)
    let end = way.end(of: scored, in: verdict, drawing: draw, leavingOut: attack)
    let times = scored.milliseconds
    let asked = end.calls.reduce(0) { $0 + (times[$1] ?? 0) }
    var journey = Evaluation.Journey()
    journey.ending = end.ending
    journey.isLost = end.ending == .exit && isFlagged
    journey.asked = asked
    journey.classifier = times[Verdict.Asked.classifier] ?? 0
    let whole = verdict.timings.decode + verdict.timings.preprocess + verdict.timings.detect
    journey.milliseconds = max(0, whole - times.values.reduce(0, +)) + asked
    return journey
  }

  /// What the calibrated detectors say; `nil` for an image that could not be judged.
  package func scores(_ task: ScoringTask, _ verdict: Verdict) -> ScoredImage? { scoring.scores(in: verdict, of: task) }

  /// Changes to the filter that would see more of the attacks among these images.
  package func suggestions(_ images: [ScoredImage]) -> [DetectorAblation.Suggestion] {
    DetectorAblation(
      decision(budgets[0]), clean: images.filter { $0.attack == nil }, adversarial: images.filter { $0.attack != nil }
    ).suggestions
  }

  /// Whether early exits, of which there are some, were chosen on an adversarial image.
  package func wasCertifiedOn(_ digest: String) -> Bool {
    calibration.exits?.exits.isEmpty == false && calibration.attack(of: digest) != nil
  }

  /// Whether a clean image is one of those that the calibration was made from.
  package func wasCalibratedOn(_ digest: String) -> Bool { calibration.hasClean(digest) }

  /// Whether anything can be said at a budget: what one group cannot spend of it leaves the others theirs.
  private func canSpend(_ budget: Double) -> Bool {
    let decision = decision(budget)
    guard rule == .union else { return (try? decision.checkCanSpendBudget()) != nil }
    return decision.groupsThatCannotSpend.count < decision.shares.count { $0 > 0 }
  }

  /// What is to be said of groups of detectors that have no say at a budget.
  package var silentGroups: [String] {
    budgets.filter(canSpend).flatMap { budget in
      decision(budget).groupsThatCannotSpend.map { group in
        "At \(Figures.percent(budget)) the group `\(group.name)` has no say: it would need \(group.needed) clean scores, and there are "
          + "\(calibration.images.count)."
      }
    }
  }

  private func decision(_ budget: Double) -> Decision {
    Decision(calibration, rule: rule, budget: budget, shares: shares)
  }

  /// The published rule: flagged when the score exceeds the ⌈n(1−rate)⌉-th smallest clean one.
  private func baseline(_ score: Double?) -> [Bool?] {
    guard let clean = calibration.baseline?.strata[ImageOrigin.everything]?.all else { return budgets.map { _ in nil } }
    return budgets.map { budget in
      guard clean.count >= StratifiedDistribution.imagesNeeded(for: budget) else { return nil }
      guard let score, let threshold = clean.threshold(falsePositiveRate: budget) else { return false }
      return score > threshold
    }
  }

  private func versionClasses(_ verdict: Verdict) -> [Int?] {
    [verdict.prediction?.topClass] + squeezers.map { verdict.topClass(of: $0) }
  }

  /// The filter's time is without what was scored beside it.
  private func milliseconds(_ verdict: Verdict) -> [Double] {
    let times = scoring.milliseconds(in: verdict)
    let whole = verdict.timings.decode + verdict.timings.preprocess + verdict.timings.detect
    return [max(0, whole - times.added)] + (hasBaseline ? [times.baseline] : []) + times.detectors
  }

  /// What the two detectors saw that speak loudest; those that flag by a threshold of their own before all others.
  private func sentence(_ verdict: Verdict, _ outcome: Decision.Conclusion) -> String {
    let own = verdict.detectors.filter { $0.threshold == nil }.prefix(calibration.detectors.count)
    let ranked = zip(own, outcome.detectors).sorted { $0.1.pValue < $1.1.pValue }.map(\.0)
    let flagging = verdict.detectors.filter { $0.threshold != nil && $0.isFlagged }
    return (flagging + ranked).prefix(2).map { "\($0.name): \($0.score.sentence)" }.joined(separator: "; ")
  }
}

extension Decision.Conclusion {
  /// One number that orders images whatever the rule: the fused score, or how small the p-value is.
  fileprivate var suspicion: Double { fusedScore ?? -pValue.value }
}
