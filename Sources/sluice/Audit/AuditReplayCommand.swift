import ArgumentParser
import AuditLog
import Auditing
import FilterPipeline
import Pixels

struct AuditReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Judge recorded images again: with the same filter, or with another.",
    discussion: """
      With the filter that judged (same file, calibration and models, by their digests) every verdict and score must come out \
      the same, to 0.0001. With --with it says what another filter would have changed.

        sluice audit replay gateway-1:4711 -f filter.yaml
        sluice audit replay --since 7d --verdict adversarial -f filter.yaml
        sluice audit replay --since 7d -f filter.yaml --with new.yaml

      Images can be judged again whose bytes are kept: those that were held back, and of the clean ones what \
      `--audit-clean-images` keeps. Exit status: 0 when everything came out the same (with --with: when it could be judged), 1 \
      when something did not or was left out, 2 when the replay failed.
      """)

  @OptionGroup var log: AuditOptions
  @OptionGroup var query: AuditQueryOptions

  @Argument(help: "The records; without any, those of --since and so on.")
  var records: [String] = []

  @Option(
    name: [.short, .customLong("filter")], help: ArgumentHelp("The filter that judged (YAML).", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var filter: String?

  @Option(
    help: ArgumentHelp("Another filter, to see what it would change.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var with: String?

  @Option(
    name: .customLong("define"),
    help: ArgumentHelp("A value for ${NAME} in the filter file's paths; may be repeated.", valueName: "NAME=VALUE"))
  var definitions: [String] = []

  @Flag(help: "Print JSON, an image a line.")
  var json = false

  func validate() throws {
    try FilterOpening.check(definitions)
    if filter == nil && with == nil { throw ValidationError("name the filter that judged with -f, or another --with") }
  }

  func run() async throws {
    let store = try log.location().openForReading()
    let path = with ?? filter ?? ""
    let opening = FilterOpening(path: path, definitions: definitions)
    var environment = opening.environment(workers: 1)
    environment.tracesFiles = true
    let replay = Replay(store, try Pipeline(try opening.file(), environment))
    var report = ReplayReport(isComparison: with != nil, isJSON: json)
    for record in try wanted(store) {
      let outcome = try await replay.replay(record)
      try report.take(record, outcome)
    }
    try report.finish()
    if report.hasDeviations { throw ExitCode(ExitStatus.someHeldBack) }
  }

  /// The records to replay; not their images, so that memory stays bounded.
  private func wanted(_ store: AuditStore) throws(SluiceError) -> [StoredRecord] {
    var wanted: [StoredRecord] = []
    guard records.isEmpty else {
      for text in records { wanted.append(try store.find(text)[0]) }
      return wanted
    }
    var query = query.query
    query.isOldestFirst = true
    try store.forEach(query) { record in
      if record.image?.isStored == true { wanted.append(record) }
    }
    guard !wanted.isEmpty else {
      throw SluiceError(.noSuchRecord, "there is no such record whose image is kept")
    }
    return wanted
  }
}
