import Calibration
import Common
import Files
import FilterPipeline
import Synchronization

/// Collects the images of an evaluation under one or two calibrations.
final class EvaluationRun: Sendable {
  private struct State {
    var groups: [[Evaluation.JudgedGroup]] = []
    /// For each calibration, how many of the clean images it was made from.
    var calibrated: [Int]
    /// For each, on how many of the adversarial images its early exits were chosen.
    var certified: [Int]
    /// What is being judged.
    var group = ImageGroup(attack: nil, paths: [])
    var scored: [ScoredImage] = []
    var admitted: Set<String> = []
    var repeated = 0
    /// Digests of images that are among the clean and the adversarial ones.
    var disputed: Set<String> = []
  }

  private let evaluators: [Evaluator]
  /// Why the filter does not start with the calibration, which has too few images for its budget; `nil` where it does.
  private let silence: SluiceError?
  /// For each calibration, why the filter refuses to start with its early exits; `nil` where it does not.
  private let refusals: [SluiceError?]
  /// Whether the published feature squeezing is scored, and the calibration has nothing to compare those scores with.
  private let lacksBaseline: Bool
  private let state: Mutex<State>

  init(evaluators: [Evaluator], silence: SluiceError?, refusals: [SluiceError?], lacksBaseline: Bool) {
    self.evaluators = evaluators
    self.silence = silence
    self.refusals = refusals
    self.lacksBaseline = lacksBaseline
    let none = evaluators.map { _ in 0 }
    state = Mutex(State(groups: evaluators.map { _ in [] }, calibrated: none, certified: none))
  }

  var count: Int { state.withLock { $0.groups[0].reduce(0) { $0 + $1.images.count } } }
  var leftOut: Int { state.withLock { $0.groups[0].reduce(0) { $0 + $1.leftOut } } }
  var hasClean: Bool { state.withLock { $0.groups[0].first?.images.isEmpty == false } }

  /// Clean images are one group, whatever the path that they were named by.
  func begin(_ group: ImageGroup) {
    state.withLock { state in
      state.group = group
      guard group.attack != nil || state.groups[0].isEmpty else { return }
      for index in state.groups.indices {
        state.groups[index].append(.init(name: group.attack ?? "clean", tried: group.tried))
      }
    }
  }

  /// Whether an image is to be judged: each counts once, however often it is named.
  ///
  /// What an attack makes of two pictures may be the same, and both were tried.
  func admits(_ task: ScoringTask) -> Bool {
    let asClean = ScoringTask(digest: task.digest, kind: task.kind, attack: nil, source: task.source)
    return state.withLock { state in
      let picture = task.attack == nil ? "" : state.group.name(ofPictureAt: task.source)
      let isNew = state.admitted.insert("\(task.key) \(picture)").inserted
      if !isNew { state.repeated += 1 }
      if task.attack != nil, state.admitted.contains("\(asClean.key) ") { state.disputed.insert(task.digest) }
      return isNew
    }
  }

  /// - Returns: false for an image that could not be judged.
  func take(_ task: ScoringTask, _ verdict: Verdict) -> Bool {
    let images = evaluators.map { $0.image(task, verdict) }
    let scored = evaluators[0].scores(task, verdict)
    return state.withLock { state in
      let group = state.groups[0].count - 1
      var isJudged = true
      if let scored { state.scored.append(scored) }
      for (index, image) in images.enumerated() {
        if var image {
          image.collection = state.group.paths.first?.description ?? ""
          image.picture = state.group.name(ofPictureAt: task.source)
          state.groups[index][group].images.append(image)
        } else {
          state.groups[index][group].leftOut += 1
          isJudged = false
        }
      }
      for (index, evaluator) in evaluators.enumerated() {
        if task.attack == nil, evaluator.wasCalibratedOn(task.digest) { state.calibrated[index] += 1 }
        if task.attack != nil, evaluator.wasCertifiedOn(task.digest) { state.certified[index] += 1 }
      }
      return isJudged
    }
  }

  func evaluations(title: String, facts: [Evaluation.Fact], forwarded: String?) -> [Evaluation] {
    let (groups, scored) = state.withLock { ($0.groups, $0.scored) }
    return zip(evaluators, groups).map { evaluator, groups in
      var evaluation = Evaluation(
        title: title, facts: facts, budgets: evaluator.budgets, judges: evaluator.judges,
        versionNames: evaluator.versionNames,
        forwardedVersion: forwarded.flatMap { evaluator.versionNames.firstIndex(of: $0) } ?? 0, clean: groups[0],
        attacks: Array(groups.dropFirst()), notes: notes(groups))
      evaluation.suggestions = evaluator.suggestions(scored)
      return evaluation
    }
  }

  /// What calibrations are called.
  private static let names = ["the calibration", "the one that it is compared with"]

  /// What readers must know of the images and the calibrations.
  private func notes(_ groups: [Evaluation.JudgedGroup]) -> [String] {
    let (calibrated, certified, repeated, disputed) = state.withLock {
      ($0.calibrated, $0.certified, $0.repeated, $0.disputed.count)
    }
    var notes = silence.map { ["The filter does not start with this calibration: \($0)."] } ?? []
    notes += evaluators[0].silentGroups
    for (name, refusal) in zip(Self.names, refusals) {
      guard let refusal else { continue }
      notes.append(
        "No early exit of \(name) is taken, and the filter does not start with it: \(refusal.message)"
          + (refusal.remedy.map { "; \($0)." } ?? "."))
    }
    if lacksBaseline {
      notes.append(
        "The published feature squeezing is left out, because the calibration has no scores of it. `sluice calibrate` makes them."
      )
    }
    let (clean, adversarial) = (groups[0].leftOut, groups.dropFirst().reduce(0) { $0 + $1.leftOut })
    if clean + adversarial > 0 {
      notes.append("\(clean) clean and \(adversarial) adversarial images could not be judged, and are in no share.")
    }
    if let refused = refusedNote(groups) { notes.append(refused) }
    if repeated > 0 { notes.append("\(repeated) images were named again, and count once.") }
    if disputed > 0 {
      notes.append("\(disputed) images are among the clean and the adversarial ones, and count as both.")
    }
    for (name, count) in zip(Self.names, calibrated) where count > 0 {
      notes.append(
        "\(count) of the clean images are of \(name): its false positive rate looks better than it is. Use other images."
      )
    }
    for (name, count) in zip(Self.names, certified) where count > 0 {
      notes.append(
        "Early exits of \(name) were chosen on \(count) of the adversarial images: what they lose of these looks better than it is."
      )
    }
    if groups.contains(where: { $0.images.contains { $0.heldOutOf != nil } }) {
      notes.append("* judged by weights that were fitted without this attack")
    }
    return notes
  }

  /// That columns side by side are of different images; `nil` where the filter refuses none.
  private func refusedNote(_ groups: [Evaluation.JudgedGroup]) -> String? {
    let refused = groups.map { $0.images.count(where: \.isRefused) }
    let (clean, adversarial) = (refused[0], refused.dropFirst().reduce(0, +))
    let named = [(clean, "clean image"), (adversarial, "adversarial image")].filter { $0.0 > 0 }
      .map { counted($0.0, $0.1) }.joined(separator: " and ")
    switch clean + adversarial {
    case 0: return nil
    case 1:
      return "\(named) is refused for its file: the filter holds it back, and nothing else was asked about it, "
        + "so other columns are without it."
    default:
      return "\(named) are refused for their file: the filter holds them back, and nothing else was asked about them, "
        + "so other columns are without them."
    }
  }
}
