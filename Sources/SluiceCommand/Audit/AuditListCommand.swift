import ArgumentParser
import AuditLog
import Auditing
import Common
import Files
import FilterPipeline

struct AuditListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List records, the newest first.",
    discussion: """
        sluice audit list --verdict adversarial --since 24h
        sluice audit list --detector mirror --review unreviewed
        sluice audit list --client 10.0.0.7 --ndjson | jq .record.pValue

      A gateway records a search when somebody sends many near copies of one image, as an attacker without the model \
      does. Each is listed by its last record; `sluice audit show` explains one.

        sluice audit list --chain
        sluice audit list --chain SEARCH --oldest-first

      Exit status: 0, also when no record matches; 2 when the log cannot be read.
      """)

  @OptionGroup var log: AuditOptions
  @OptionGroup var query: AuditQueryOptions

  @Option(help: "The maximum number of records.")
  var limit = 50

  @Flag(help: "The oldest first.")
  var oldestFirst = false

  @Flag(help: "Print JSON, one record per line, instead of a table.")
  var ndjson = false

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit takes a number from 1 up") }
  }

  func run() async throws {
    let store = try log.location().openForReading()
    var query = query.query
    query.isOldestFirst = oldestFirst
    let output = OutputFile.standardOutput()
    if ndjson {
      let hasMore = try forEach(query, in: store) { record throws(SluiceError) in
        try output.write(Array((record.exported.text + "\n").utf8))
      }
      return sayThereAreMore(hasMore)
    }
    let isOfSearches = query.kind == .search
    var listing: any AuditListing = isOfSearches ? SearchListing() : RecordListing()
    let hasMore = try forEach(query, in: store) { listing.append($0) }
    guard !listing.isEmpty else {
      return Terminal.say(isOfSearches ? "sluice: no such search is recorded" : "sluice: there is no such record")
    }
    try output.write(Array(listing.text.utf8))
    sayThereAreMore(hasMore)
  }

  /// Gives the first records of a query to `body`, as many as are listed.
  ///
  /// - Returns: whether there are more.
  private func forEach(
    _ query: AuditQuery, in store: AuditStore, _ body: (StoredRecord) throws(SluiceError) -> Void
  ) throws(SluiceError) -> Bool {
    var count = 0
    // One more than is listed tells whether that was all.
    try store.forEach(query, limit: limit < .max ? limit + 1 : limit) { record throws(SluiceError) in
      count += 1
      if count <= limit { try body(record) }
    }
    return count > limit
  }

  private func sayThereAreMore(_ hasMore: Bool) {
    guard hasMore else { return }
    Terminal.say(
      "sluice: these are the \(oldestFirst ? "oldest" : "newest") \(limit); there are more: --limit takes a larger number, "
        + "and --since and --until name a time")
  }
}
