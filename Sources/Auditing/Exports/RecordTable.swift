import AuditLog
import Common

/// Records as comma-separated values (RFC 4180).
package enum RecordTable {
  private static let columns = [
    "reference", "time", "verdict", "action", "client", "source", "request", "sha256", "pValue", "budget", "detectors",
    "class", "label", "probability", "filter", "error", "review", "reviewer", "note", "hash",
  ]

  static let heading = columns.joined(separator: ",")

  package static func line(_ record: StoredRecord) -> String {
    let json = record.json
    let cells: [String?] = [
      record.reference.description, record.time.text, json["verdict"]?.string, json["action"]?.string,
      json["client"]?.string, json["source"]?.string, json["request"]?.string, json["sha256"]?.string,
      json["pValue"]?.text, json["budget"]?.text, record.flaggedDetectors.joined(separator: " "),
      json["prediction"]?["class"]?.text, json["prediction"]?["label"]?.string,
      json["prediction"]?["probability"]?.text,
      json["filter"]?["name"]?.string, json["error"]?["code"]?.string, record.review?.word, record.review?.reviewer,
      record.review?.note, record.hash,
    ]
    return cells.map { cell($0 ?? "") }.joined(separator: ",")
  }

  private static func cell(_ text: String) -> String {
    let safe = SpreadsheetText.inert(text)
    guard safe.unicodeScalars.contains(where: { "\",;".unicodeScalars.contains($0) }) else { return safe }
    return "\"" + safe.escaping("\"", with: "\"") + "\""
  }
}

extension StoredRecord {
  /// What the input is called; empty where that is only the id of its request.
  package var sourceName: String {
    let source = json["source"]?.string ?? ""
    return source == json["request"]?.string ? "" : source
  }

  /// The detectors that flagged, in the order of the filter.
  package var flaggedDetectors: [String] {
    (json["detectors"]?.elements ?? []).filter { $0["flagged"] == .bool(true) }.compactMap { $0["name"]?.string }
  }
}
