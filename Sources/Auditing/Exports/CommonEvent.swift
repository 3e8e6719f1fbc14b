import AuditLog
import Common

/// A record in ArcSight's Common Event Format, version 0.
struct CommonEvent {
  private let record: StoredRecord
  private let said: JSONValue

  init(_ record: StoredRecord) {
    self.record = record
    said = record.json
  }

  var text: String {
    let verdict = said["verdict"]?.string ?? record.kind
    let head = ["Sluice", "sluice", said["build"]?.string ?? "unknown", verdict, "Image \(verdict)", severity(verdict)]
    return "CEF:0|" + head.map(Self.headEscaped).joined(separator: "|") + "|"
      + fields.map { "\($0)=\(Self.escaped($1))" }.joined(separator: " ")
  }

  private func severity(_ verdict: String) -> String {
    switch verdict {
    case "adversarial": "8"
    case "rejected", "failed": "4"
    default: "1"
    }
  }

  private var fields: [(String, String)] {
    let detectors = record.flaggedDetectors.joined(separator: " ")
    let all: [(String, String?)] = [
      ("rt", String(record.time.microseconds / 1000)), ("externalId", record.reference.description),
      ("act", said["action"]?.string), ("suser", said["client"]?.string), ("fname", said["source"]?.string),
      ("fsize", said["bytes"]?.text), ("fileHash", said["sha256"]?.string), ("reason", said["error"]?["code"]?.string),
      ("cs1Label", "filter"), ("cs1", said["filter"]?["name"]?.string),
      ("cs2Label", detectors.isEmpty ? nil : "detectors"), ("cs2", detectors.isEmpty ? nil : detectors),
      ("cs3Label", "recordHash"), ("cs3", record.hash),
      ("cs4Label", record.review == nil ? nil : "review"), ("cs4", record.review?.word),
      ("cfp1Label", said["pValue"] == nil ? nil : "pValue"), ("cfp1", said["pValue"]?.text),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }

  private static func headEscaped(_ text: String) -> String {
    oneLine(text).escaping("\\|", with: "\\")
  }

  private static func escaped(_ text: String) -> String {
    oneLine(text).escaping("\\=", with: "\\")
  }

  /// A line break in a name would begin an event of the sender's own.
  private static func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}
