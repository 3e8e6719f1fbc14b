import AuditLog
import Auditing
import Common

/// Searches for adversarial images as a table for a terminal, each by a record of it.
struct SearchListing: AuditListing {
  private var table = TextTable(Self.heading)

  private static let heading = [
    "SEARCH", "BEGAN (UTC)", "RECORDED (UTC)", "QUESTIONS", "ACTION", "CLIENTS", "SCORES", "CLASSES", "RECORD",
  ]

  var isEmpty: Bool { table.isEmpty }

  mutating func append(_ record: StoredRecord) { table.append(Self.row(record)) }

  var text: String {
    let lines = table.lines
    return ([lines.heading] + lines.rows).joined(separator: "\n") + "\n"
  }

  private static func row(_ record: StoredRecord) -> [String] {
    let course = SearchCourse(record.search)
    let search = course.search
    let classes = course.changes.isEmpty ? "" : "changed \(course.changes.count)×"
    return [
      search.id ?? "", search.began.flatMap { AuditTime($0) }?.shortText ?? "", record.time.shortText,
      search.questions.map(String.init) ?? "", search.action ?? "", search.clients.joined(separator: ","),
      course.scores.map { "\(rounded($0.lowerBound))–\(rounded($0.upperBound))" } ?? "", classes,
      record.reference.description,
    ]
  }
}
