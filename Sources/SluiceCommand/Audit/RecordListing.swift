import AuditLog
import Auditing
import Common
import FilterPipeline

/// Records as a table for a terminal.
struct RecordListing {
  private let rows: [[String]]
  private let outcomes: [Verdict.Outcome?]

  private static let heading = [
    "RECORD", "TIME (UTC)", "VERDICT", "ACTION", "P", "DETECTORS", "CLIENT", "REVIEW", "SOURCE",
  ]
  private static let widest = 40

  init(_ records: [StoredRecord]) {
    let said = records.map(\.verdict)
    rows = zip(records, said).map(Self.row)
    outcomes = said.map(\.outcome)
  }

  var text: String {
    let columns = Self.heading.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let widths = Self.heading.indices.map { column in ([Self.heading] + rows).map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let aligned = columns.map { padded(cells[$0], widths[$0]) }.joined(separator: "  ")
      return String(aligned.reversed().drop { $0 == " " }.reversed())
    }
    return
      ([Terminal.styled(line(Self.heading), .dim)]
      + zip(rows, outcomes).map { row, outcome in
        Self.coloured(line(row), outcome)
      }).joined(separator: "\n") + "\n"
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
      said.action?.rawValue ?? "", said.pValue.map { JSONValue.number($0).text } ?? "",
      said.flaggedDetectors.joined(separator: ","),
      said.client ?? "", record.review?.word ?? "", said.sourceName,
    ].map(shortened)
  }

  private static func shortened(_ text: String) -> String {
    let printable = Terminal.printable(text)
    return printable.count <= widest ? printable : printable.prefix(widest - 1) + "…"
  }
}
