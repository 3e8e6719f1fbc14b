import ArgumentParser
import AuditLog
import Auditing
import Common
import FilterPipeline

struct AuditReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Judge recorded images again: with the same filter, or with another.",
    discussion: """
      With the filter that judged (same file, calibration and models, by their digests) every verdict and score must come out \
      the same, to 0.0001. With another filter it says what would change: how many flagged images would pass, how many clean \
      ones would be flagged.

        sluice audit replay gateway-1:4711 -f filter.yaml
        sluice audit replay --since 7d --verdict adversarial -f filter.yaml
        sluice audit replay --since 7d -f new.yaml
        sluice audit replay --since 7d -f filter.yaml --complete

      A verdict that was certain before everything was asked is replayed as far as it went; with --complete everything is asked \
      of every image, which also says what early exits let go.

      Images can be judged again whose bytes are kept: those that were held back, and of the clean ones what \
      `sluice serve --audit-clean-images` keeps. Those that were kept and have been deleted are left out. How many were \
      never kept is said, and the exit status is as without them.

      Exit status: 0 when every verdict and score came out the same, 1 when something did not or was left out, 2 when the \
      replay failed or no image was ever kept.
      """)

  @OptionGroup var log: AuditOptions
  @OptionGroup var query: AuditQueryOptions

  @Argument(help: "The records; by default those that --since and the like select.")
  var records: [String] = []

  @Option(
    name: [.short, .customLong("filter")],
    help: ArgumentHelp("The filter to judge with (YAML): the one that judged, or another.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var filter: String

  @Option(
    name: .customLong("define"),
    help: ArgumentHelp("A value for ${NAME} in the filter file's paths; may be repeated.", valueName: "NAME=VALUE"))
  var definitions: [String] = []

  @Flag(help: "Ask everything, even where the verdict was certain before that.")
  var complete = false

  @Flag(help: "Print JSON, one image per line.")
  var json = false

  func validate() throws {
    try FilterOpening.check(definitions)
    if !records.isEmpty, query.isRestricted {
      throw ValidationError("records cannot be named together with --since, --verdict and the like")
    }
  }

  func run() async throws {
    let store = try log.location().openForReading()
    let opening = FilterOpening(path: filter, definitions: definitions)
    var environment = opening.environment(workers: 1)
    environment.tracesFiles = true
    let replay = Replay(store, try Pipeline(try opening.file(), environment), isComplete: complete)
    var report = ReplayReport(isJSON: json)
    if records.isEmpty {
      try await replayQuery(store, replay, &report)
    } else {
      for text in records {
        for record in try store.find(text) { try report.take(record, try await replay.replay(record)) }
      }
    }
    try report.finish()
    if report.hasDeviations { throw ExitCode(ExitStatus.someHeldBack) }
  }

  /// Replays what the options ask for, a block at a time.
  private func replayQuery(
    _ store: AuditStore, _ replay: Replay, _ report: inout ReplayReport
  ) async throws(SluiceError) {
    var query = query.query
    query.isOldestFirst = true
    var cursor: AuditQuery.Cursor?
    while true {
      let block = try store.records(query, after: cursor, limit: Self.block)
      for record in block {
        switch record.image?.isStored {
        case true?: try report.take(record, try await replay.replay(record))
        case false?: try report.takeDeleted(record)
        case nil: report.passOver()
        }
      }
      guard block.count == Self.block, let last = block.last else { break }
      cursor = AuditQuery.Cursor(last)
    }
    guard !report.isEmpty else {
      throw SluiceError(.noSuchRecord, "there is no such record whose image is kept")
    }
  }

  private static let block = 500
}
