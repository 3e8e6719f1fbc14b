import AuditLog
import Auditing
import Common

/// Records as a table for a terminal.
struct RecordListing {
  private let rows: [[String]]
  private let verdicts: [String?]

  private static let heading = [
    "RECORD", "TIME (UTC)", "VERDICT", "ACTION", "P", "DETECTORS", "CLIENT", "REVIEW", "SOURCE",
  ]
  private static let widest = 40

  init(_ records: [StoredRecord]) {
    rows = records.map(Self.row)
    verdicts = records.map { $0.json["verdict"]?.string }
  }

  var text: String {
    let columns = Self.heading.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let widths = Self.heading.indices.map { column in ([Self.heading] + rows).map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let padded = columns.map { sluice.padded(cells[$0], widths[$0]) }.joined(separator: "  ")
      return String(padded.reversed().drop { $0 == " " }.reversed())
    }
    return
      ([Terminal.styled(line(Self.heading), .dim)]
      + zip(rows, verdicts).map { row, verdict in
        Self.coloured(line(row), verdict)
      }).joined(separator: "\n") + "\n"
  }

  private static func coloured(_ line: String, _ verdict: String?) -> String {
    switch verdict {
    case "adversarial": Terminal.styled(line, .red)
    case "rejected", "failed": Terminal.styled(line, .yellow)
    default: line
    }
  }

  private static func row(_ record: StoredRecord) -> [String] {
    let said = record.json
    return [
      record.reference.description, record.time.shortText, said["verdict"]?.string ?? record.kind,
      said["action"]?.string ?? "", said["pValue"]?.text ?? "", record.flaggedDetectors.joined(separator: ","),
      said["client"]?.string ?? "", record.review?.word ?? "", record.sourceName,
    ].map(shortened)
  }

  private static func shortened(_ text: String) -> String {
    let printable = Terminal.printable(text)
    return printable.count <= widest ? printable : printable.prefix(widest - 1) + "…"
  }
}
