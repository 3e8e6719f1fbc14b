import AuditLog
import Common
import FilterPipeline

/// A record in ArcSight's Common Event Format, version 0.
struct CommonEvent {
  private let exported: ExportedRecord

  init(_ record: StoredRecord) { exported = ExportedRecord(record) }

  private var record: StoredRecord { exported.record }
  private var said: RecordedVerdict { exported.said }
  private var search: RecordedSearch? { exported.search }

  var text: String {
    let verdict = said.outcome?.rawValue ?? record.kind
    let head = ["Sluice", "sluice", said.build ?? "unknown", verdict, name ?? "Image \(verdict)", severity]
    return "CEF:0|" + head.map(Self.headEscaped).joined(separator: "|") + "|"
      + fields.map { "\($0)=\(Self.escaped($1))" }.joined(separator: " ")
  }

  private var name: String? { search.map { _ in "Search for an adversarial image" } }

  private var severity: String {
    switch exported.severity {
    case .high: "8"
    case .low: "4"
    case .informational: "1"
    }
  }

  private var fields: [(String, String)] {
    let detectors = said.flaggedDetectors.joined(separator: " ")
    let all: [(String, String?)] = [
      ("rt", String(record.time.microseconds / 1000)), ("externalId", record.reference.description),
      ("act", said.answered?.rawValue ?? said.action?.rawValue ?? search?.action), ("suser", said.client),
      ("fname", said.source),
      ("fsize", said.bytes.map(String.init)), ("fileHash", said.sha256), ("reason", said.error?.code),
      ("cs1Label", "filter"), ("cs1", said.filter?.name),
      ("cs2Label", detectors.isEmpty ? nil : "detectors"), ("cs2", detectors.isEmpty ? nil : detectors),
      ("cs3Label", "recordHash"), ("cs3", record.hash),
      ("cs4Label", record.review == nil ? nil : "review"), ("cs4", record.review?.word),
      ("cs5Label", said.search == nil ? nil : "search"), ("cs5", said.search),
      ("cn1Label", search?.questions == nil ? nil : "questions"), ("cn1", search?.questions.map(String.init)),
      ("cfp1Label", said.pValue == nil ? nil : "pValue"), ("cfp1", said.pValue.map { JSONValue.number($0).text }),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }

  private static func headEscaped(_ text: String) -> String {
    oneLine(text).escaping("\\|", with: "\\")
  }

  private static func escaped(_ text: String) -> String {
    oneLine(text).escaping("\\=", with: "\\")
  }

  /// A line break in a name would begin an event of the sender's own, and text that is turned around would be read as something else.
  private static func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.hazard >= .turns ? " " : $0 }))
  }
}
