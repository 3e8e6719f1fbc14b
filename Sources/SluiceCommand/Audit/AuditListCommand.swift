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
      try store.forEach(query, limit: limit) { record throws(SluiceError) in
        try output.write(Array((record.exported.text + "\n").utf8))
      }
      return
    }
    var records: [StoredRecord] = []
    try store.forEach(query, limit: limit) { records.append($0) }
    let isOfSearches = query.kind == .search
    guard !records.isEmpty else {
      return Terminal.say(isOfSearches ? "sluice: no such search is recorded" : "sluice: there is no such record")
    }
    let text = isOfSearches ? SearchListing(records).text : RecordListing(records).text
    try output.write(Array(text.utf8))
  }
}
