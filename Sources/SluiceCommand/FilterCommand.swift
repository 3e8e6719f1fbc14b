import ArgumentParser
import Common
import Decision
import Files
import FilterPipeline
import Glibc
import ImageCodecs

extension TensorFormat: ExpressibleByArgument {}

struct FilterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filter",
    abstract: "Judge images; forward the tensors of the clean ones.",
    discussion: """
      Reads the given paths, or standard input. A file holds one image, or is a tar archive of images; standard input, \
      like any pipe, may also bring images back to back (JPEG or PNG). \
      Writes a tensor for each clean image, and a verdict for every image as a line of JSON, both in input order.

        # photographs in; tensors and verdicts out
        cat *.jpg | sluice filter -f filter.yaml > clean.npy 2> verdicts.ndjson

        # the frames of a film, into a NumPy archive
        ffmpeg -v error -i film.mp4 -f image2pipe -c:v mjpeg - |
          sluice filter -f filter.yaml -o frames.npz

        # many files, verdicts only
        find photos -name '*.jpg' -print0 |
          sluice filter -f filter.yaml --files-from - --null --format none

        # an archive in; the tensors and verdicts of its clean images out
        sluice filter -f filter.yaml -o clean.tar < shard.tar

        # with a record of every verdict, to look through with `sluice audit`
        sluice filter -f filter.yaml --audit audit/ -o clean.npz photos/*.jpg

      Tensors go to standard output unless -o names a file, whose ending then names the format; verdicts go to standard \
      error while tensors go to standard output, and to standard output otherwise.

      A .tar is a WebDataset shard of ID.npy and ID.json, numbered as the inputs are. Keys and labels of the archive that was \
      read are not carried over; the verdict in ID.json names the source.

      Exit status: 0 when every image was clean, 1 when at least one was flagged or rejected, 2 when the run \
      failed or an image could not be judged.
      """)

  @OptionGroup var options: FilterOptions

  @Argument(help: "Images or tar archives; - is standard input.", completion: .file())
  var paths: [String] = []

  @Option(
    help: ArgumentHelp("Read the paths from a file, one per line; - is standard input.", valueName: "file"),
    completion: .file())
  var filesFrom: String?

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "Paths in --files-from end with a zero byte, as find -print0 writes them.")
  var separatedByZero = false

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where tensors go; - is standard output.", valueName: "file"),
    completion: .file())
  var output = "-"

  @Option(
    help: ArgumentHelp(
      "How tensors are written; none for verdicts alone. (default: what the ending of -o says, else npy)",
      valueName: "format"))
  var format: TensorFormat?

  @Option(help: ArgumentHelp("Where verdicts go; - is standard output.", valueName: "file"), completion: .file())
  var verdicts: String?

  @Option(help: "Images judged at the same time. (default: one for each processor that may be used)")
  var workers: Int?

  private static let workerRange = 1...256

  @Flag(
    help:
      "Forward flagged images as well, to watch a filter before relying on it; verdicts and exit status stay the same.")
  var observe = false

  @Option(
    help: ArgumentHelp(
      "Record every verdict in the audit log in a folder before it leaves, and keep what is held back.",
      valueName: "folder"),
    completion: .directory)
  var audit: String?

  @Option(
    help: ArgumentHelp(
      "A shared PostgreSQL that takes the records instead, as libpq takes it; the folder of --audit holds the keys. (default: SQLite in that folder, whatever $SLUICE_AUDIT_DATABASE says)",
      valueName: "url"))
  var auditDatabase: String?

  @Flag(help: "Say at the end how many images were forwarded, flagged, rejected and failed.")
  var summary = false

  func validate() throws {
    if filesFrom != nil && !paths.isEmpty {
      throw ValidationError("--files-from and paths cannot be used together")
    }
    if separatedByZero && filesFrom == nil {
      throw ValidationError("--null needs --files-from")
    }
    if auditDatabase != nil && audit == nil {
      throw ValidationError("--audit-database needs --audit, with a folder for the keys that sign")
    }
    try ArgumentBytes.checkAreText([output, verdicts, filesFrom, audit, auditDatabase])
    if let workers, !Self.workerRange.contains(workers) {
      throw ValidationError("--workers takes a number from 1 to \(Self.workerRange.upperBound)")
    }
    if format == nil, let ending = TensorFormat.foreignEnding(of: output) {
      throw ValidationError(
        "\(output): tensors are not written as .\(ending); an ending of -o names one of \(TensorFormat.endings), "
          + "and --format chooses one whatever the ending")
    }
    if chosenFormat == .none, let path = tensorPlace.path, path != "/dev/null" {
      throw ValidationError("\(path): --format none writes no tensors there; leave out -o, or name another format")
    }
    if chosenFormat != .none, tensorPlace == verdictPlace, let stream = tensorPlace.streamName {
      throw ValidationError("tensors and verdicts cannot both go to \(stream); name a file with -o or --verdicts")
    }
    try ImagesOrTerminal.check(paths, listedIn: filesFrom)
    if chosenFormat != .none, tensorPlace.isTerminal {
      throw ValidationError(
        "tensors are not text for a terminal; redirect them, name a file with -o, or use --format none")
    }
  }

  func run() async throws {
    let workers = self.workers ?? WorkerOptions.processors
    let pipeline = try options.pipeline(workers: workers, tracesFiles: audit != nil)
    let trail = try audit.map { (folder) throws(SluiceError) in
      try AuditTrail(folder, database: auditDatabase)
    }
    try await trail?.open(pipeline.identity)
    let interruption = try Interruption()
    let run = FilterRun(
      pipeline, workers: workers, interruption: interruption, recorder: trail?.recorder,
      wanted: WantedJudgement(flagged: observe ? .observe : .enforce, parts: chosenFormat == .none ? [] : .tensor))
    let progress = Progress(isShown: Terminal.isTerminal(STDERR_FILENO) && !verdictPlace.isTerminal)
    let result: RunSummary
    do throws(SluiceError) { result = try await judged(by: run, pipeline, progress, interruption) } catch {
      // What was recorded before the run broke off is signed as well.
      try? await trail?.sign()
      throw error
    }
    try await trail?.sign()
    if summary { Terminal.say(Progress.sentence(result)) }
    if let change = result.change { Terminal.say("sluice: \(change); \(TrafficReport.Change.remedy)") }
    if let exits = result.exits { Terminal.say("sluice: \(exits); \(ExitAudit.Report.remedy)") }
    if let number = Signals.receivedNumber { Signals.dieOf(number) }
    guard result.inputs > 0 else {
      throw SluiceError(
        .emptyInput, "there was no image to judge", remedy: "pipe images or a tar archive of them, or name files")
    }
    throw ExitCode(status(of: result))
  }

  private func judged(
    by run: FilterRun, _ pipeline: Pipeline, _ progress: Progress, _ interruption: Interruption
  ) async throws(SluiceError) -> RunSummary {
    try checkDistinct(
      outputs: [tensorPlace.path, verdictPlace.path].compactMap(\.self),
      inputs: pipeline.definition.namedPaths + [filesFrom, options.filter, "/dev/stdin"].compactMap(\.self),
      paths: ArgumentBytes.paths(paths))
    let list = try pathList(interruption)
    let outputs = try RunOutputs(
      tensors: tensorPlace.opened(), format: chosenFormat, verdicts: verdictPlace.opened())
    try checkList(outputs)
    // Not before: opening a named pipe waits for its reader, and a signal has to end that.
    Signals.forward(to: interruption)
    let inputs = RunInputs(
      list, limit: pipeline.definition.limits.maxBytes, outputs: outputs.namedFiles, interruption: interruption)
    defer { progress.clear() }
    return try await run.run(inputs, into: outputs) { progress.update($0) }
  }

  private func status(of summary: RunSummary) -> Int32 {
    if summary.failed > 0 { return ExitStatus.failed }
    return summary.flagged + summary.rejected > 0 ? ExitStatus.someHeldBack : ExitStatus.allClean
  }

  private func pathList(_ interruption: Interruption) throws(SluiceError) -> PathList {
    guard let filesFrom else { return PathList(ArgumentBytes.paths(paths.isEmpty ? ["-"] : paths)) }
    return try PathList(listedIn: filesFrom, separatedByZero: separatedByZero, interruption: interruption)
  }

  /// Looks through a list that can be read twice for the outputs: once a run writes, what they held is gone.
  private func checkList(_ outputs: RunOutputs) throws(SluiceError) {
    guard let filesFrom, filesFrom != "-", FileStatus(filesFrom)?.isRegularFile == true, !outputs.namedFiles.isEmpty
    else {
      return
    }
    try PathList(listedIn: filesFrom, separatedByZero: separatedByZero).checkNamesNone(of: outputs.namedFiles)
  }

  private var chosenFormat: TensorFormat { format ?? .named(by: output) }

  private var tensorPlace: OutputPlace { OutputPlace(output) }

  private var verdictPlace: OutputPlace {
    if let verdicts { return OutputPlace(verdicts) }
    return tensorPlace == .standardOutput && chosenFormat != .none ? .standardError : .standardOutput
  }
}
