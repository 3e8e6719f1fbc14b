import ArgumentParser
import Calibration
import Common
import Decision
import Files
import FilterPipeline
import enum Sluice.Digests
import Pictures
import Synchronization

extension AttackGoal: ExpressibleByArgument {}

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
        sluice evaluate -f filter.yaml --clean test/ --adversarial attacks/ --html report.html --json report.json

        # is a new calibration better than the one in use?
        sluice evaluate -f filter.yaml --clean test/ --adversarial attacks/ \\
          --calibration new.calibration.json --against filter.calibration.json

      The true class of an image is the number that its name begins with (281_tabby.jpg), or the name of its folder, \
      if the model has a class of that number. Without it, no accuracies are given.

      Folders that `sluice attack` made tell which pictures an attack was tried on without success as well.

        # a release gate: of no attack more than three in ten may pass
        sluice evaluate -f filter.yaml --clean test/ --adversarial attacks/ --at-most-passing 0.3 --attack-goal filter

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
      "Adversarial images: a folder for each attack, or a folder of such folders.", valueName: "folder"),
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
    help: ArgumentHelp("Write a page with curves, histograms and pictures.", valueName: "file"),
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
    if let atMostPassing {
      guard (0...1).contains(atMostPassing) else {
        throw ValidationError("--at-most-passing takes a number from 0 to 1")
      }
      guard !adversarial.isEmpty else { throw ValidationError("--at-most-passing needs attacks: --adversarial FOLDER") }
    }
  }

  func run() async throws {
    let file = try options.file()
    let environment = options.pipelineEnvironment(workers: workers.count)
    let scoring = try ScoringPipeline(file, environment, withBaseline: !leavesOutBaseline)
    guard let decision = file.definition.decision else { return }
    let named = try file.calibrationPath(of: decision, environment)
    var used = try file.calibration(at: calibration ?? named, environment)
    if decision.earlyExit == nil || used.exits?.certificate.budget != decision.budget { used.exits = nil }
    let other = try against.map { (path) throws(SluiceError) in try file.calibration(at: path, environment) }
    try checkDistinct(
      outputs: [html, json].compactMap(\.self).filter { $0 != "-" },
      inputs: clean + file.definition.namedPaths + [options.filter, calibration, against].compactMap(\.self))
    let interruption = try Interruption()
    Signals.forward(to: interruption)
    let run = ScoringRun(scoring, workers: workers.count, interruption: interruption, sha256: Digests.sha256)
    let collected = EvaluationRun(
      evaluators: [used, other].compactMap(\.self).map {
        Evaluator(
          scoring, $0, rule: decision.rule, shares: decision.shares, budgets: Self.budgets(own: decision.budget))
      })
    try await collect(into: collected, run)
    if let number = Signals.receivedNumber { Signals.dieOf(number) }
    let evaluation = try report(collected, scoring, used, decision, file)
    if collected.leftOut > 0 || !isPermitted(evaluation) { throw ExitCode(ExitStatus.someHeldBack) }
  }

  private static func budgets(own: Double) -> [Double] { [own] + [0.05, 0.01, 0.001].filter { $0 != own } }

  private func collect(into collected: EvaluationRun, _ run: ScoringRun) async throws {
    let progress = Progress(isShown: Terminal.isTerminal(2))
    defer { progress.clear() }
    let cleanGroups = ArgumentBytes.paths(clean).map { ImageGroup(attack: nil, paths: [$0]) }
    for group in cleanGroups + (try ImageGroup.attacks(in: adversarial)) {
      collected.begin(group)
      try await run.score(group) { task, verdict in
        if !collected.take(task, verdict) {
          let reason = verdict.error.map(\.description) ?? "it could not be judged"
          Terminal.say("sluice: \(Terminal.printable(task.source)) left out: \(Terminal.printable(reason))")
        }
        progress.update(count: collected.count, leftOut: collected.leftOut)
      }
    }
    guard collected.hasClean else {
      throw SluiceError(.emptyInput, "there is no clean image to judge", remedy: "name clean images with --clean")
    }
  }

  private func report(
    _ collected: EvaluationRun, _ scoring: ScoringPipeline, _ used: Calibration,
    _ decision: FilterDefinition.DecisionDefinition, _ file: FilterFile
  ) throws(SluiceError) -> Evaluation {
    var evaluations = collected.evaluations(
      title: "\(file.definition.name): evaluation",
      facts: Self.facts(used, decision), forwarded: scoring.forwardedVersion)
    let comparison = evaluations.count > 1 ? EvaluationComparison(new: evaluations[0], old: evaluations[1]) : nil
    if let html {
      Thumbnails(scoring.pipeline).fill(&evaluations[0])
      try replaceFile(html, with: Array(EvaluationPage(evaluations[0], comparison).text.utf8))
    }
    if let json, json != "-" {
      try replaceFile(json, with: Array((evaluations[0].json.text + "\n").utf8))
    }
    let text = json == "-" ? evaluations[0].json.text + "\n" : EvaluationTable(evaluations[0]).text
    try OutputFile.standardOutput().write(Array(text.utf8))
    if let comparison, json != "-" { try OutputFile.standardOutput().write(Array(("\n" + comparison.text).utf8)) }
    return evaluations[0]
  }

  /// Whether no attack passes more often than is permitted; says which do.
  private func isPermitted(_ evaluation: Evaluation) -> Bool {
    guard let atMostPassing else { return true }
    let unmeasured = evaluation.attacks.filter { evaluation.passing($0, goal: attackGoal) == nil }
    for attack in unmeasured {
      Terminal.say("sluice: \(Terminal.printable(attack.name)) was tried on no picture, which says nothing about it")
    }
    let passing = evaluation.attacks(passingMoreThan: atMostPassing, goal: attackGoal)
    for attack in passing {
      Terminal.say(
        "sluice: \(attack.passing.count) of \(attack.passing.total) pass with \(Terminal.printable(attack.name)); "
          + "at most \(rounded(atMostPassing)) are permitted")
    }
    return passing.isEmpty && unmeasured.isEmpty
  }

  private static func facts(
    _ calibration: Calibration, _ decision: FilterDefinition.DecisionDefinition
  ) -> [Evaluation.Fact] {
    let attacks = calibration.attacks.map(\.name).joined(separator: ", ")
    return [
      .init("filter", "\(calibration.identity.filterName), scores of \(calibration.identity.filterDigest.prefix(12))"),
      .init(
        "models", calibration.identity.files.map { "\($0.key) \($0.digest.prefix(12))" }.joined(separator: ", ")),
      .init(
        "calibration",
        "\(calibration.date), \(calibration.images.count) clean scores of set \(calibration.images.digest.prefix(12))"),
      .init(
        "weights",
        calibration.fused.origin == .filter ? "of the filter file; they saw no attack" : "fitted on \(attacks)"),
      .init(
        "early exits", calibration.exits.map { $0.exits.isEmpty ? "none" : "chosen on \(attacks)" } ?? "none"),
      .init("decision", "\(decision.rule.rawValue), budget \(rounded(decision.budget))"),
      .init("date", today()),
    ]
  }
}

/// Collects the images of an evaluation under one or two calibrations.
private final class EvaluationRun: Sendable {
  private struct State {
    var groups: [[Evaluation.JudgedGroup]] = []
    var calibrated = 0
    var certified = 0
    /// What is being judged: the path that was named.
    var collection = ""
    var scored: [ScoredImage] = []
  }

  private let evaluators: [Evaluator]
  private let state: Mutex<State>

  init(evaluators: [Evaluator]) {
    self.evaluators = evaluators
    state = Mutex(State(groups: evaluators.map { _ in [] }))
  }

  var count: Int { state.withLock { $0.groups[0].reduce(0) { $0 + $1.images.count } } }
  var leftOut: Int { state.withLock { $0.groups[0].reduce(0) { $0 + $1.leftOut } } }
  var hasClean: Bool { state.withLock { $0.groups[0].first?.images.isEmpty == false } }

  /// Clean images are one group, whatever the path that they were named by.
  func begin(_ group: ImageGroup) {
    state.withLock { state in
      state.collection = group.paths.first?.description ?? ""
      guard group.attack != nil || state.groups[0].isEmpty else { return }
      for index in state.groups.indices {
        state.groups[index].append(.init(name: group.attack ?? "clean", tried: group.tried))
      }
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
          image.collection = state.collection
          state.groups[index][group].images.append(image)
        } else {
          state.groups[index][group].leftOut += 1
          isJudged = false
        }
      }
      if task.attack == nil, evaluators[0].wasCalibratedOn(task.digest) { state.calibrated += 1 }
      if task.attack != nil, evaluators[0].wasCertifiedOn(task.digest) { state.certified += 1 }
      return isJudged
    }
  }

  func evaluations(title: String, facts: [Evaluation.Fact], forwarded: String?) -> [Evaluation] {
    let (groups, calibrated, certified, scored) = state.withLock {
      ($0.groups, $0.calibrated, $0.certified, $0.scored)
    }
    return zip(evaluators, groups).map { evaluator, groups in
      var notes: [String] = []
      if calibrated > 0 {
        notes.append(
          "\(calibrated) of the clean images are of the calibration: the false positive rate looks better than it is. Use other images."
        )
      }
      if certified > 0 {
        notes.append(
          "Early exits were chosen on \(certified) of the adversarial images: what they lose of these looks better than it is."
        )
      }
      if groups.contains(where: { $0.images.contains { $0.heldOutOf != nil } }) {
        notes.append("* judged by weights that were fitted without this attack")
      }
      var evaluation = Evaluation(
        title: title, facts: facts, budgets: evaluator.budgets, judges: evaluator.judges,
        versionNames: evaluator.versionNames,
        forwardedVersion: forwarded.flatMap { evaluator.versionNames.firstIndex(of: $0) } ?? 0, clean: groups[0],
        attacks: Array(groups.dropFirst()), notes: notes)
      evaluation.suggestions = evaluator.suggestions(scored)
      return evaluation
    }
  }
}
