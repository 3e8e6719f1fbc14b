import ArgumentParser
import Attacks
import Calibration
import Common
import Files
import FilterPipeline
import ImageCodecs

extension AttackKey: ExpressibleByArgument {}
extension Sight: ExpressibleByArgument {}

struct AttackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attack",
    abstract: "Attack your own filter, to know what it is worth.",
    discussion: """
      Changes pictures until the classifier is wrong about them, or until it is wrong and the filter does not flag them, by \
      asking the filter and nothing else. What counts is the saved file, read again by the filter itself. Attack only what is \
      yours to attack.

        # does the filter hold against somebody who sees its scores?
        sluice attack -f filter.yaml --images photos/ -o attacks/square/ \\
          --attack square --queries 1000 --goal filter

        # against somebody who sees nothing but answers
        sluice attack -f filter.yaml --images photos/ -o attacks/hsj/ \\
          --attack hopskipjump --sees labels --goal filter

        # larger changes, saved as JPEG, and a page to look at
        sluice attack -f filter.yaml --images photos/ -o attacks/jpeg/ \\
          --attack square --set epsilon=16 --save-as jpeg:90 --html jpeg.html

        # then: what the filter makes of all of them, and a release gate
        sluice evaluate -f filter.yaml --clean test/ --adversarial attacks/ \\
          --at-most-passing 0.3

      The attacks, and what --set takes:

      \(catalogue)

      The true class of a picture is what its folder is called, if that is a label of the filter (tabby/0001.jpg), or the label \
      in its name (000_tabby.jpg), the number that its name begins with (281_cat.jpg), or the number that its folder is called; \
      where there is none, what the classifier says of the unchanged picture. Pictures that it is wrong about are passed over.

      The folder gets the pictures that succeeded and attack.json, which says how they were made. An interrupted attack goes on \
      when the command is repeated, and comes to the same result.

      Exit status: 0 when the attack was carried out, whatever it achieved; 2 when it could not be, or no picture was attacked.
      """)

  private static var catalogue: String {
    AttackKind.all.map { kind in
      let parameters = kind.parameters.map { parameter in
        "    \(parameter.name)=\(parameter.defaultText ?? "…"): \(parameter.meaning) (\(parameter.permitted))"
      }
      return ([("  \(kind.name): \(kind.summary) (\(kind.source))")] + parameters).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  @OptionGroup var options: FilterOptions

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Pictures to attack: folders, files, archives.", valueName: "path"), completion: .directory)
  var images: [String]

  @Option(help: "The attack.")
  var attack: AttackKey

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting of the attack; may be repeated.", valueName: "NAME=VALUE"))
  var settings: [String] = []

  @Option(help: "What the attack is after: a wrong class, or a wrong class that is not flagged.")
  var goal = AttackGoal.classifier

  @Option(
    help: "What the attacker sees. (default: scores where the attack can use them, as square does; verdicts otherwise)")
  var sees: Sight?

  @Option(help: ArgumentHelp("The wanted class: a number, or random. (default: any wrong one)", valueName: "class"))
  var target: String?

  @Option(help: "Queries for each picture.")
  var queries = 1000

  @Option(help: "Pictures beyond this number are left alone.")
  var count = 1000

  @Option(help: "Where chance begins: the same seed gives the same pictures.")
  var seed = 0

  @Option(help: ArgumentHelp("How pictures are saved: png, or jpeg:90.", valueName: "form"))
  var saveAs = "png"

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The folder for the pictures.", valueName: "folder"), completion: .directory
  )
  var output: String

  @Option(
    help: ArgumentHelp(
      "Write a page with curves and pictures; - is standard output, in place of the table.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @OptionGroup var workers: WorkerOptions

  func validate() throws {
    try ArgumentBytes.checkAreText([output, html])
    guard AttackPlan.budgets.contains(queries) else {
      throw ValidationError("--queries takes a number from 1 to \(AttackPlan.budgets.upperBound)")
    }
    guard count >= 1 else { throw ValidationError("--count takes a number from 1") }
    guard SavedForm(saveAs) != nil else { throw ValidationError("--save-as takes png, or jpeg:1 to jpeg:100") }
    if let target, target != "random", Int(target).map({ $0 >= 0 }) != true {
      throw ValidationError("--target takes the number of a class, or random")
    }
  }

  /// What an attack makes would be attacked in turn, and images would no longer have the numbers that a journal knows.
  private func refuseOutputAmongImages() throws(SluiceError) {
    let folders = images.map { ($0, FileStatus($0)?.identity) }
    // Folders are told apart by what they are: a path may be written in many ways.
    var path = Self.deepestExisting(output)
    while let own = FileStatus(path)?.identity {
      if let (around, _) = folders.first(where: { $1 == own }) {
        throw SluiceError(
          .sameFile, "the folder \(output) lies within the images \(around)",
          remedy: "name a folder beside them with -o")
      }
      path += "/.."
      if FileStatus(path)?.identity == own { return }
    }
  }

  /// The path itself, or the folder in which it would be made.
  private static func deepestExisting(_ path: String) -> String {
    var left = path[...]
    while !left.isEmpty, FileStatus(String(left)) == nil {
      left = left.lastIndex(of: "/").map { left[..<$0] } ?? ""
    }
    return left.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : String(left)
  }

  func run() async throws {
    let plan = try plan()
    let file = try options.file()
    guard file.definition.classifier != nil else {
      throw SluiceError(.invalidAttack, "the filter has no classifier to attack", remedy: "name one under `classifier`")
    }
    try checkDistinct(
      outputs: [page?.path].compactMap(\.self), inputs: images + file.definition.namedPaths + [options.filter])
    try refuseOutputAmongImages()
    let inputs = try AttackInputs(images, for: plan.kind)
    let environment = options.pipelineEnvironment(workers: workers.count)
    let filter = try Pipeline(file, environment)
    let folder = AttackFolder(output)
    try folder.prepare()
    try page?.checkHasFolder("--html")
    let interruption = try Interruption()
    let run = AttackRun(
      plan, on: filter, classifierAlone: try filter.withoutDetectors(environment), into: folder, workers: workers.count,
      interruption: interruption, sha256: environment.sha256)
    let journal = try AttackJournal(folder.journal, of: plan, on: filter.identity.digest)
    Signals.forward(to: interruption)
    let attacked = try await attacked(run, inputs, limit: filter.definition.limits.maxBytes, journal, interruption)
    if let number = Signals.receivedNumber {
      Terminal.say("sluice: interrupted; \(attacked.count) pictures are done, and the same command goes on")
      Signals.dieOf(number)
    }
    let record = AttackRecord(plan, filter.identity, date: today(), attacked)
    guard !record.attacked.isEmpty else {
      // Whatever is named next may go into the same folder.
      try removeFile(folder.journal)
      throw nothingAttacked(record)
    }
    try write(record, folder, filter)
  }

  private var page: OutputPlace? { html.map { OutputPlace($0) } }

  /// The record first, without which the pictures are worth little, and the page last, as most is done for it.
  private func write(_ record: AttackRecord, _ folder: AttackFolder, _ filter: Pipeline) throws(SluiceError) {
    try replaceFile(folder.record, with: Array(record.json.indentedText.utf8))
    try removeFile(folder.journal)
    if page != .standardOutput { try OutputFile.standardOutput().write(Array(record.text.utf8)) }
    guard let page else { return }
    try page.write(Array(AttackPage(record, AttackExamples(record, folder, filter).all).text.utf8))
  }

  private func nothingAttacked(_ record: AttackRecord) -> SluiceError {
    guard let reason = record.mostFrequentReason else {
      return SluiceError(
        .emptyInput, "there is no image in \(images.joined(separator: ", "))",
        remedy: "name folders or files of PNG or JPEG images")
    }
    return SluiceError(
      .emptyInput, "no picture was attacked, \(record.images.count) were passed over; most often: \(reason)")
  }

  private func plan() throws(SluiceError) -> AttackPlan {
    let kind = attack.kind
    let wanted: AttackPlan.Target? = target.map { text in Int(text).map { .number($0) } ?? .random }
    return try AttackPlan(
      kind, try kind.values(settings), goal: goal, sight: sees ?? (kind.profitsFromScores ? .scores : .verdicts),
      target: wanted, form: SavedForm(saveAs) ?? .png, budget: queries, seed: seed)
  }

  private func attacked(
    _ run: AttackRun, _ inputs: AttackInputs, limit: Int, _ journal: sending AttackJournal, _ interruption: Interruption
  ) async throws(SluiceError) -> [AttackedImage] {
    let progress = Progress(isShown: Terminal.isTerminal(2))
    defer { progress.clear() }
    let starts = try await run.starts(inputs.inputs(limit: limit, interruption: interruption))
    return try await run.run(
      inputs.inputs(limit: limit, interruption: interruption), count: count, starts: starts, journal: journal
    ) { progress.update($0) }
  }
}

extension Progress {
  func update(_ progress: AttackRun.Progress) {
    update(count: progress.queries) {
      "\(progress.succeeded) of \(progress.attacked) pictures succeeded, \(progress.skipped) passed over; "
        + "\(progress.queries) queries"
    }
  }
}
