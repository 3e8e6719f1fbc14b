import AuditLog
import Common
import FilterPipeline

/// Records as comma-separated values (RFC 4180).
package enum RecordTable {
  private static let columns = [
    "reference", "time", "verdict", "action", "client", "source", "request", "sha256", "pValue", "budget", "detectors",
    "class", "label", "probability", "filter", "error", "review", "reviewer", "note", "hash",
    "search", "answered",
  ]

  static let heading = columns.joined(separator: ",")

  package static func line(_ record: StoredRecord) -> String {
    let said = record.verdict
    let cells: [String?] = [
      record.reference.description, record.time.text, said.outcome?.rawValue, said.action?.rawValue,
      said.client, said.source, said.request, said.sha256,
      number(said.pValue), number(said.budget), said.flaggedDetectors.joined(separator: " "),
      said.prediction?.topClass.map(String.init), said.prediction?.label,
      number(said.prediction?.probability),
      said.filter?.name, said.error?.code, record.review?.word, record.review?.reviewer,
      record.review?.note, record.hash, said.search, said.answered?.rawValue,
    ]
    return cells.map { cell($0 ?? "") }.joined(separator: ",")
  }

  private static func number(_ value: Double?) -> String? { value.map { JSONValue.number($0).text } }

  private static func cell(_ text: String) -> String {
    let safe = SpreadsheetText.inert(text)
    guard safe.unicodeScalars.contains(where: { "\",;".unicodeScalars.contains($0) }) else { return safe }
    return "\"" + safe.escaping("\"", with: "\"") + "\""
  }
}
