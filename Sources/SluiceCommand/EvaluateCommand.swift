import ArgumentParser
import Calibration
import Common
import Cryptography
import Decision
import Files
import FilterPipeline

extension AttackGoal: ExpressibleByArgument {}

extension FilterFile {
  /// A calibration with the early exits that this filter takes: none where it wants none, and none where it would refuse to start
  /// with them; then also why it would.
  fileprivate func taken(
    _ calibration: Calibration, by decision: FilterDefinition.DecisionDefinition
  ) -> (calibration: Calibration, refusal: SluiceError?) {
    var bare = calibration
    bare.exits = nil
    guard decision.earlyExit != nil else { return (bare, nil) }
    do throws(SluiceError) {
      try checkExits(of: Decision(calibration, rule: decision.rule, budget: decision.budget, shares: decision.shares))
    } catch {
      return (bare, error)
    }
    return (calibration, nil)
  }
}

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure how much a calibrated filter sees, and what it costs.",
    discussion: """
      Judges clean images and attacks, and gives the share of each that is flagged at several false positive budgets, \
      with 95 % intervals, beside the published feature squeezing in the same run, and each detector alone. It names detectors \
      without which the filter would see more, or that need a group of their own. Use images that the filter was not \
      calibrated on. Attacks that the detectors' weights were fitted on are judged by a fit without that attack.

        sluice evaluate -f filter.yaml --clean test/ --adversarial attacks/

        # a page to look at, and everything for programs
        sluice evaluate -f filter.yaml --clean test/ --adversarial attacks/ \\
          --html report.html --json report.json

        # is a new calibration better than the one in use?
        sluice evaluate -f filter.yaml --clean test/ --adversarial attacks/ \\
          --calibration new.calibration.json --against filter.calibration.json

      The true class of an image is what its folder is called, if that is a label of the filter (tabby/0001.jpg), or the label in \
      its name (000_tabby.jpg), or the number that its name begins with (281.png), or that its folder is called, if the model \
      has a class of that number. Without it, no accuracies are given.

      Folders that `sluice attack` made tell which pictures an attack was tried on without success as well.

        # a release gate: of no attack more than three in ten may pass
        sluice evaluate -f filter.yaml --clean test/ --adversarial attacks/ \\
          --at-most-passing 0.3 --attack-goal filter

      Exit status: 0 when all images were judged, 1 when images were left out or more pass than --at-most-passing permits, \
      2 when the evaluation failed.
      """)

  @OptionGroup var options: FilterOptions

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Clean images: folders, files, archives. Several are also counted separately, because sources differ.",
      valueName: "path"),
    completion: .directory)
  var clean: [String]

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Adversarial images: a folder for each attack, or a folder of such folders. Folders of one name are told apart by their paths.",
      valueName: "folder"),
    completion: .directory)
  var adversarial: [String] = []

  @Option(
    help: ArgumentHelp("The calibration. (default: the one that the filter names)", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var calibration: String?

  @Option(
    help: ArgumentHelp("Another calibration of the same filter, to compare with.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var against: String?

  @Option(
    help: ArgumentHelp(
      "Write a page with curves, histograms and pictures; - is standard output, in place of the table.",
      valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @Option(
    help: ArgumentHelp("Write everything as JSON; - is standard output, in place of the table.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var json: String?

  @Flag(
    name: .customLong("no-baseline"),
    help: "Leave out the published feature squeezing, which costs three calls for each image.")
  var leavesOutBaseline = false

  @Option(
    help: ArgumentHelp(
      "End with status 1 if a larger share of what any attack was tried on reaches its goal, from 0 to 1.",
      valueName: "share"))
  var atMostPassing: Double?

  @Option(help: "What counts as passing for that: a wrong class, or a wrong class that is not flagged.")
  var attackGoal = AttackGoal.filter

  @OptionGroup var workers: WorkerOptions

  func validate() throws {
    try ArgumentBytes.checkAreText([calibration, against, html, json])
    if let atMostPassing {
      guard (0...1).contains(atMostPassing) else {
        throw ValidationError("--at-most-passing takes a number from 0 to 1")
      }
      guard !adversarial.isEmpty else { throw ValidationError("--at-most-passing needs attacks: --adversarial FOLDER") }
    }
  }

  func run() async throws {
    try html.map { OutputPlace($0) }?.checkHasFolder("--html")
    try json.map { OutputPlace($0) }?.checkHasFolder("--json")
    let file = try options.file()
    let environment = options.pipelineEnvironment(workers: workers.count)
    guard let decision = file.definition.decision else {
      throw ScoringPipeline.lacksDecision(file, "it has no calibration to evaluate", then: "`sluice calibrate`")
    }
    let scoring = try ScoringPipeline(file, environment, withBaseline: !leavesOutBaseline, withVersions: true)
    let named = try file.calibrationPath(of: decision, environment)
    let used = try file.taken(file.calibration(at: calibration ?? named, environment), by: decision)
    let silence = refusal(of: used.calibration, decision)
    if atMostPassing != nil, let silence { throw silence.naming("the filter does not start with this calibration") }
    let other = try against.map { (path) throws(SluiceError) in
      try file.taken(file.calibration(at: path, environment), by: decision)
    }
    try checkDistinct(
      outputs: [html, json].compactMap(\.self),
      inputs: clean + file.definition.namedPaths + [options.filter, calibration, against].compactMap(\.self))
    let interruption = try Interruption()
    let run = ScoringRun(scoring, workers: workers.count, interruption: interruption, sha256: Digests.sha256)
    let collected = EvaluationRun(
      evaluators: [used.calibration, other?.calibration].compactMap(\.self).map {
        Evaluator(
          scoring, $0, rule: decision.rule, shares: decision.shares, budgets: Self.budgets(own: decision.budget))
      }, silence: silence, refusals: [used.refusal, other?.refusal],
      lacksBaseline: scoring.hasBaseline && used.calibration.baseline == nil)
    if let number = try await Signals.forwarding(to: interruption, { try await collect(into: collected, run) }) {
      Signals.dieOf(number)
    }
    guard collected.hasClean else {
      throw SluiceError(.emptyInput, "there is no clean image to judge", remedy: "name clean images with --clean")
    }
    let evaluation = try report(collected, scoring, used.calibration, decision, file)
    if collected.leftOut > 0 || !isPermitted(evaluation) { throw ExitCode(ExitStatus.someHeldBack) }
  }

  /// Why the filter does not start with a calibration that has too few images for its budget; `nil` where it does.
  private func refusal(
    of calibration: Calibration, _ decision: FilterDefinition.DecisionDefinition
  ) -> SluiceError? {
    do throws(SluiceError) {
      try Decision(calibration, rule: decision.rule, budget: decision.budget, shares: decision.shares)
        .checkCanSpendBudget()
    } catch {
      return error
    }
    return nil
  }

  private static func budgets(own: Double) -> [Double] { [own] + [0.05, 0.01, 0.001].filter { $0 != own } }

  private func collect(into collected: EvaluationRun, _ run: ScoringRun) async throws {
    let progress = Progress(isShown: Terminal.isTerminal(2))
    defer { progress.clear() }
    let cleanGroups = ArgumentBytes.paths(clean).map { ImageGroup(attack: nil, paths: [$0]) }
    for group in cleanGroups + (try ImageGroup.attacks(in: adversarial, tellingApart: true)) {
      collected.begin(group)
      try await run.score(group, admits: { collected.admits($0) }) { task, verdict in
        if !collected.take(task, verdict) {
          let reason = verdict.error.map(\.description) ?? "it could not be judged"
          Terminal.say("sluice: \(task.source.printable) left out: \(reason.printable)")
        }
        progress.update(count: collected.count, leftOut: collected.leftOut)
      }
    }
  }

  private func report(
    _ collected: EvaluationRun, _ scoring: ScoringPipeline, _ used: Calibration,
    _ decision: FilterDefinition.DecisionDefinition, _ file: FilterFile
  ) throws(SluiceError) -> Evaluation {
    let evaluations = collected.evaluations(
      title: "\(file.definition.name): evaluation",
      facts: Self.facts(used, decision), forwarded: scoring.forwardedVersion)
    let comparison = evaluations.count > 1 ? EvaluationComparison(new: evaluations[0], old: evaluations[1]) : nil
    try EvaluationOutputs(html: html.map { OutputPlace($0) }, json: json.map { OutputPlace($0) })
      .write(evaluations[0], comparison, Thumbnails(scoring.pipeline))
    return evaluations[0]
  }

  /// Whether no attack passes more often than is permitted; says which do.
  private func isPermitted(_ evaluation: Evaluation) -> Bool {
    guard let atMostPassing else { return true }
    let unmeasured = evaluation.attacks.filter { evaluation.passing($0, goal: attackGoal) == nil }
    for attack in unmeasured {
      Terminal.say("sluice: \(attack.name.printable) was tried on no picture, which says nothing about it")
    }
    let passing = evaluation.attacks(passingMoreThan: atMostPassing, goal: attackGoal)
    for attack in passing {
      Terminal.say(
        "sluice: \(attack.passing.count) of \(attack.passing.total) pass with \(attack.name.printable); "
          + "at most \(rounded(atMostPassing)) are permitted")
    }
    return passing.isEmpty && unmeasured.isEmpty
  }

  private static func facts(
    _ calibration: Calibration, _ decision: FilterDefinition.DecisionDefinition
  ) -> [Evaluation.Fact] {
    let attacks = calibration.attacks.map(\.name).joined(separator: ", ")
    let weights =
      switch (decision.rule, calibration.fused.origin) {
      case (.shared, _): "of the filter file, as shares of the budget; they saw no attack"
      case (_, .filter): "of the filter file; they saw no attack"
      case (_, .fitted): "fitted on \(attacks)"
      }
    return [
      .init("filter", "\(calibration.identity.filterName), scores of \(calibration.identity.filterDigest.prefix(12))"),
      .init(
        "models", calibration.identity.files.map { "\($0.key) \($0.digest.prefix(12))" }.joined(separator: ", ")),
      .init(
        "calibration",
        "\(calibration.date), \(calibration.images.count) clean scores of set \(calibration.images.digest.prefix(12))"),
      .init("weights", weights),
      .init(
        "early exits", calibration.exits.map { $0.exits.isEmpty ? "none" : "chosen on \(attacks)" } ?? "none"),
      .init("decision", "\(decision.rule.rawValue), budget \(rounded(decision.budget))"),
      .init("date", today()),
    ]
  }
}
