import AuditLog
import Auditing
import Calibration
import Common
import FilterPipeline
import ImageCodecs

extension CalibrationJob {
  /// Scores all images, unless they were scored already.
  ///
  /// - Parameters:
  ///   - budget: the false positive rate that the calibration is for.
  func collect(
    into collected: CalibrationSet, _ run: ScoringRun, _ attacks: [ImageGroup], _ audited: AuditedReviews?,
    budget: Double
  ) async throws {
    let progress = Progress(isShown: Terminal.isTerminal(2))
    defer { progress.clear() }
    func score(_ group: ImageGroup, _ variants: [ImageVariant]) async throws {
      try await run.score(group, variants: variants, admits: { collected.admits($0) }) {
        task, verdict throws(SluiceError) in
        try Self.take(task, verdict, run.scoring, collected)
        progress.update(count: collected.count, leftOut: collected.leftOut)
      }
    }
    try await score(ImageGroup(attack: nil, paths: ArgumentBytes.paths(clean)), variants)
    let limit = run.scoring.pipeline.definition.limits.maxBytes
    for (attack, all) in Self.groups(audited?.reviews ?? []) {
      let reviews = attack == nil ? Self.taken(of: all, beside: collected, budget: budget) : all
      let images = ReviewedInputs(reviews, interruption: run.interruption) { review throws(SluiceError) in
        try audited?.input(of: review, atMost: limit) ?? EncodedInput(source: review.path, bytes: [])
      }
      try await run.score(
        images, attack: attack, variants: attack == nil ? variants : [], admits: { collected.admits($0) }
      ) { task, verdict throws(SluiceError) in try Self.take(task, verdict, run.scoring, collected) }
    }
    for group in attacks {
      // An attack is saved again on its way as clean images are.
      try await score(group, variants.contains(.jpeg) ? ImageVariant.savesOfAttacks : [])
    }
  }

  /// What reviewers cleared, and what they confirmed, by attack.
  private static func groups(_ reviews: [ReviewedImage]) -> [(attack: String?, reviews: [ReviewedImage])] {
    let groups = Dictionary(grouping: reviews) { $0.label == .clean ? nil : $0.attack ?? "reviewed" }
    return groups.sorted { ($0.key ?? "") < ($1.key ?? "") }.map { (attack: $0.key, reviews: $0.value) }
  }

  /// The cleared images that are taken; says how many are not.
  private static func taken(
    of cleared: [ReviewedImage], beside collected: CalibrationSet, budget: Double
  ) -> [ReviewedImage] {
    let selection = collected.selection(ofCleared: cleared.map(\.sha256), budget: budget)
    if selection.leftOut > 0 {
      Terminal.say(
        "sluice: \(selection.taken.count) of \(selection.taken.count + selection.leftOut) cleared images are taken, the budget's "
          + "share of all clean images: most of what reviewers clear was flagged, and more of it would raise the thresholds; a fair "
          + "sample of clean images goes to --clean")
    }
    return cleared.filter { selection.taken.contains($0.sha256) }
  }

  private static func take(
    _ task: ScoringTask, _ verdict: Verdict, _ scoring: ScoringPipeline, _ collected: CalibrationSet
  ) throws(SluiceError) {
    if let image = scoring.scores(in: verdict, of: task) { return try collected.take(image) }
    collected.noteLeftOut(task, verdict.error)
    let reason = verdict.error.map(\.description) ?? "it could not be judged"
    Terminal.say("sluice: \(task.source.printable) left out: \(reason.printable)")
  }
}
