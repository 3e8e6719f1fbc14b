import ArgumentParser
import AuditLog
import Auditing
import Calibration
import Common
import Decision
import Files
import FilterPipeline
import enum Sluice.Digests
import ImageCodecs

extension ImageVariant: ExpressibleByArgument {}

struct CalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Measure a filter on clean images, so that it keeps a false positive budget.",
    discussion: """
      Scores clean images with the filter, and writes what its decision needs: how clean images score, and how much each \
      detector counts. Use images like those that the filter will see, from every source; a thousand or more are good. Each is \
      also scored saved again, blurred, noisy, brighter or darker and gray, so that no such version is called an attack. \
      A budget of 1 in 1,000 needs at least 999 images as they came, and some 2,500 scores where groups share it. With \
      adversarial images, the detectors' weights are fitted, and the rate shown for each attack is that of a fit that never \
      saw it.

        # from a folder of clean images, for the budget that the filter file names
        sluice calibrate -f filter.yaml --clean photos/

        # two sources, without changed versions, where there are thousands of images
        sluice calibrate -f filter.yaml --clean photos/ uploads/ --augment none

        # with labelled attacks: a folder for each
        sluice calibrate -f filter.yaml --clean photos/ --adversarial attacks/

        # with what reviewers confirmed and cleared
        sluice calibrate -f filter.yaml --clean photos/ --from-audit audit/

      Where the filter has `earlyExit`, adversarial images also decide where clean-looking images may leave before everything \
      was asked, and the calibration holds the certificate: 299 detected attacks are needed to say that 1 % is lost at most.

        # early exits, with the weights of the filter file
        sluice calibrate -f filter.yaml --clean photos/ --adversarial attacks/ \\
          --weights filter

      Scores are kept on disk while it runs, so after an interruption the same command goes on. Of more than 20,000 \
      images a uniform sample is taken. The published feature squeezing is scored as well, for comparing with it.

      Exit status: 0 when the calibration was written, 1 when images were left out, 2 when it could not be written.
      """)

  @OptionGroup var options: FilterOptions

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Clean images: folders, files, archives; - is standard input.", valueName: "path"),
    completion: .directory)
  var clean: [String]

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Adversarial images: a folder for each attack, or a folder of such folders.", valueName: "folder"),
    completion: .directory)
  var adversarial: [String] = []

  @Option(
    help: ArgumentHelp(
      "Reviewed images: the folder of an audit log, or a file with one JSON object per line: sha256, label, path.",
      valueName: "path"),
    completion: .file())
  var fromAudit: String?

  @Option(
    help: "The false positive rate that a calibration named with -o is for. (default: the filter's budget)")
  var fpr: Double?

  @Option(
    help: ArgumentHelp(
      "Changes that clean images are also calibrated with, separated by commas, or none: "
        + ImageVariant.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "changes"))
  var augment = ImageVariant.usual.map(\.rawValue).joined(separator: ",")

  @Option(
    help: ArgumentHelp(
      "Where detectors' weights come from: fitted on the adversarial images, or the filter file, so that those images only serve "
        + "to choose early exits.", valueName: "source"))
  var weights = WeightSource.fitted

  enum WeightSource: String, ExpressibleByArgument, CaseIterable {
    case fitted
    case filter
  }

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The calibration to write. (default: the one that the filter names)", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  @Flag(
    name: .customLong("no-baseline"),
    help: "Leave out the published feature squeezing, which costs three calls for each image.")
  var leavesOutBaseline = false

  @OptionGroup var workers: WorkerOptions

  func validate() throws {
    if let fpr, !(fpr > 0 && fpr <= 0.5) { throw ValidationError("--fpr takes a number above 0, up to 0.5") }
    _ = try variants()
    try ArgumentBytes.checkAreText([output, fromAudit])
  }

  private func variants() throws -> [ImageVariant] {
    guard augment != "none" else { return [] }
    return try augment.split(separator: ",").map { name in
      guard let variant = ImageVariant(rawValue: String(name)) else {
        throw ValidationError(
          "--augment takes none, \(ImageVariant.allCases.map(\.rawValue).joined(separator: ", ")), not \(name)")
      }
      return variant
    }
  }

  func run() async throws {
    guard let outcome = try await calibrated() else { return }
    try OutputFile.standardOutput().write(Array(outcome.report.text.utf8))
    if outcome.leftOut > 0 { throw ExitCode(ExitStatus.someHeldBack) }
  }

  /// What calibrating came to.
  struct Outcome {
    let decision: Decision
    let flags: FixedFlags
    let answeredRightly: AnsweredRightly
    let report: CalibrationReport
    /// Images that could not be scored.
    let leftOut: Int
  }

  /// Calibrates and writes the calibration; `nil` for a filter that leaves nothing to a calibration.
  func calibrated() async throws -> Outcome? {
    let file = try options.file()
    let environment = options.pipelineEnvironment(workers: workers.count)
    let scoring = try ScoringPipeline(file, environment, withBaseline: !leavesOutBaseline)
    guard let decision = file.definition.decision else { return nil }
    let named = try file.calibrationPath(of: decision, environment)
    let target = output ?? named
    try refuseRate(otherThan: decision.budget, named: named)
    try checkDistinct(
      outputs: [target],
      inputs: clean + file.definition.namedPaths.filter { $0 != named }
        + [options.filter, fromAudit].compactMap(\.self))
    try refuseToReplace(target)
    let collected = try scoring.calibrationSet(resuming: target + ".partial")
    let interruption = try Interruption()
    let run = ScoringRun(scoring, workers: workers.count, interruption: interruption, sha256: Digests.sha256)
    if let number = try await Signals.forwarding(to: interruption, { try await collect(into: collected, run) }) {
      Terminal.say(
        "sluice: interrupted; \(collected.kept) scores are kept in \(target).partial; "
          + "`sluice calibrate` goes on with the same filter and images")
      Signals.dieOf(number)
    }
    if let bias = collected.bias {
      // The remedy changes the filter, and another one's scores are not taken over.
      collected.removeJournal()
      throw bias
    }
    let outcome = try write(to: target, collected, scoring, decision, rate: fpr ?? decision.budget)
    collected.removeJournal()
    return outcome
  }

  /// The filter decides by its own budget: its calibration is not made for another rate, which its early exits would be
  /// certified for and which it would refuse.
  private func refuseRate(otherThan budget: Double, named: String) throws(SluiceError) {
    guard let fpr, fpr != budget, output.map({ isSameFile($0, named) }) ?? true else { return }
    throw SluiceError(
      .invalidFilter, "\(options.filter) decides by a budget of \(budget), which --fpr \(fpr) does not change",
      remedy:
        "write `falsePositiveBudget: \(fpr)` under `decision` in the filter file, or name another calibration with -o")
  }

  /// A path typed wrongly must not cost an image.
  private func refuseToReplace(_ target: String) throws(SluiceError) {
    guard FileStatus(target)?.isRegularFile == true else { return }
    guard let bytes = try? readFile(target, atMost: Calibration.maxBytes), (try? Calibration(json: bytes)) != nil
    else {
      throw SluiceError(
        .unwritableOutput, "\(target) exists, and is not a calibration",
        remedy: "delete it, or name another file with -o")
    }
  }

  private func collect(into collected: CalibrationSet, _ run: ScoringRun) async throws {
    let variants = try variants()
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
    let audited = try fromAudit.map { (path) throws(SluiceError) in try AuditedReviews(path) }
    for (attack, reviews) in Self.groups(audited?.reviews ?? []) {
      let images = ReviewedInputs(reviews, interruption: run.interruption) { [audited] review throws(SluiceError) in
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

  private func write(
    to target: String, _ collected: CalibrationSet, _ scoring: ScoringPipeline,
    _ decision: FilterDefinition.DecisionDefinition, rate: Double
  ) throws(SluiceError) -> Outcome {
    let images = collected.images()
    let fitting = CalibrationFitting(
      identity: scoring.identity, detectors: scoring.detectors, falsePositiveRate: rate, date: today(),
      rule: decision.rule, shares: decision.shares, witnesses: scoring.witnesses, exitLimit: decision.earlyExit?.limit,
      drawsOrder: scoring.pipeline.definition.secretPath != nil, fitsWeights: weights == .fitted, sha256: Digests.sha256
    )
    let adversarial = images.adversarial.thatKeepTheirEffect
    let calibration = try fitting.calibration(clean: images.clean, adversarial: adversarial)
    let decision = Decision(calibration, rule: decision.rule, budget: rate, shares: decision.shares)
    try decision.checkCanSpendBudget()
    let suggestions = DetectorAblation(
      decision, clean: images.clean, adversarial: adversarial.filter { $0.kind == ScoredImage.original }
    ).suggestions
    try replaceFile(target, with: Array(calibration.json.indentedText.utf8))
    let flags = FixedFlags(images.clean)
    let answeredRightly = AnsweredRightly(images.adversarial)
    return Outcome(
      decision: decision, flags: flags, answeredRightly: answeredRightly,
      report: CalibrationReport(decision, flags, answeredRightly, suggestions, path: target),
      leftOut: collected.leftOut)
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
