import AuditLog
import Auditing
import Calibration
import Common
import FilterPipeline
import ImageCodecs

extension CalibrationJob {
  /// Scores all images, unless they were scored already.
  func collect(into collected: CalibrationSet, _ run: ScoringRun, _ audited: AuditedReviews?) async throws {
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
    for (attack, reviews) in Self.groups(audited?.reviews ?? []) {
      let images = ReviewedInputs(reviews, interruption: run.interruption) { review throws(SluiceError) in
        try audited?.input(of: review, atMost: limit) ?? EncodedInput(source: review.path, bytes: [])
      }
      try await run.score(
        images, attack: attack, variants: attack == nil ? variants : [], admits: { collected.admits($0) }
      ) { task, verdict throws(SluiceError) in try Self.take(task, verdict, run.scoring, collected) }
    }
    for group in try ImageGroup.attacks(in: adversarial) {
      // An attack is saved again on its way as clean images are.
      try await score(group, variants.contains(.jpeg) ? ImageVariant.savesOfAttacks : [])
    }
  }

  /// What reviewers cleared, and what they confirmed, by attack.
  private static func groups(_ reviews: [ReviewedImage]) -> [(attack: String?, reviews: [ReviewedImage])] {
    let groups = Dictionary(grouping: reviews) { $0.label == .clean ? nil : $0.attack ?? "reviewed" }
    return groups.sorted { ($0.key ?? "") < ($1.key ?? "") }.map { (attack: $0.key, reviews: $0.value) }
  }

  private static func take(
    _ task: ScoringTask, _ verdict: Verdict, _ scoring: ScoringPipeline, _ collected: CalibrationSet
  ) throws(SluiceError) {
    if let image = scoring.scores(in: verdict, of: task) { return try collected.take(image) }
    collected.noteLeftOut(task, verdict.error)
    let reason = verdict.error.map(\.description) ?? "it could not be judged"
    Terminal.say("sluice: \(Terminal.printable(task.source)) left out: \(Terminal.printable(reason))")
  }
}
