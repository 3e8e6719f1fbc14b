import AuditLog
import Auditing
import Common
import FilterPipeline

/// Records as a table for a terminal. Only the cells are kept of a record, so that a long list takes little memory.
struct RecordListing: AuditListing {
  private var table = TextTable(Self.heading)
  private var outcomes: [Verdict.Outcome?] = []

  private static let heading = [
    "RECORD", "TIME (UTC)", "VERDICT", "ACTION", "P", "DETECTORS", "CLIENT", "SEARCH", "REVIEW", "SOURCE",
  ]

  var isEmpty: Bool { table.isEmpty }

  mutating func append(_ record: StoredRecord) {
    let said = record.verdict
    table.append(Self.row(record, said))
    outcomes.append(said.outcome)
  }

  var text: String {
    let lines = table.lines
    return ([lines.heading] + zip(lines.rows, outcomes).map(Self.coloured)).joined(separator: "\n") + "\n"
  }

  private static func coloured(_ line: String, _ outcome: Verdict.Outcome?) -> String {
    switch outcome {
    case .adversarial: Terminal.styled(line, .red)
    case .rejected, .failed: Terminal.styled(line, .yellow)
    case .clean, nil: line
    }
  }

  private static func row(_ record: StoredRecord, _ said: RecordedVerdict) -> [String] {
    [
      record.reference.description, record.time.shortText, said.outcome?.rawValue ?? record.kind,
      said.actionText, said.pValue.map { JSONValue.number($0).text } ?? "",
      said.flaggedDetectors.joined(separator: ","),
      said.client ?? "", said.search ?? "", review(record), said.sourceName,
    ]
  }

  /// What somebody said with this record; of a verdict, what was said last about its image.
  private static func review(_ record: StoredRecord) -> String {
    switch record.knownKind {
    case .verdict: record.review?.word ?? ""
    case .review: record.json["label"]?.string.flatMap(ImageReview.Label.init(rawValue:))?.word ?? ""
    case .hold: record.json["held"].map { $0 == .bool(true) ? "held" : "released" } ?? ""
    default: ""
    }
  }
}
