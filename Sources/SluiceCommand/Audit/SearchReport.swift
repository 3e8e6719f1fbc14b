import AuditLog
import Auditing
import Common
import FilterPipeline

/// One search for an adversarial image, for reading in a terminal.
struct SearchReport {
  private let record: StoredRecord
  private let course: SearchCourse
  private let damage: RecordDamage

  private static let labelWidth = 12

  init(_ record: StoredRecord) {
    self.record = record
    let (search, damage) = record.salvagedSearch
    course = SearchCourse(search)
    self.damage = damage
  }

  var text: String {
    let search = course.search
    let heading = Terminal.styled("\((search.id ?? "").printable)  search for an adversarial image", .bold)
    let facts = [
      ("record", record.reference.description), ("began", search.began), ("recorded", record.time.text),
      ("questions", search.questions.map(String.init)), ("action", search.action),
      ("clients", search.clients.isEmpty ? nil : search.clients.joined(separator: ", ")),
      ("filter", search.filter.map { "\($0.name ?? "") (\(($0.digest ?? "").prefix(12)))" }), ("build", search.build),
      ("damaged", damage.paths.isEmpty ? nil : damage.paths.joined(separator: ", ")),
    ].compactMap { label, value in value.map { line(label, $0) } }
    return ([heading] + facts + ["", "  " + course.text] + plot + questions + ["", line("hash", record.hash)])
      .joined(separator: "\n") + "\n"
  }

  private func line(_ label: String, _ value: String) -> String {
    "  " + Terminal.styled(padded(label, Self.labelWidth), .dim) + value.printable
  }

  private var plot: [String] {
    let lines = ScorePlot(course).lines
    return lines.isEmpty ? [] : [""] + lines.map { "  " + $0 }
  }

  private var questions: [String] {
    guard !course.questions.isEmpty else { return [] }
    let heading = ["QUESTION", "TIME (UTC)", "CLIENT", "VERDICT", "CLASS", "SCORE", "DISTANCE", "REQUEST"]
    let lines = TextTable(heading, course.questions.enumerated().map(row)).lines
    let rows = zip(lines.rows, course.questions).map { line, question in
      question.outcome == .adversarial ? Terminal.styled(line, .red) : line
    }
    return ["", "  " + lines.heading] + rows.map { "  " + $0 }
  }

  private func row(_ place: Int, _ question: RecordedQuestion) -> [String] {
    [
      question.number.map(String.init) ?? "", question.time.flatMap { AuditTime($0) }?.shortText ?? "",
      question.client ?? "", question.outcome?.rawValue ?? "",
      question.className + (course.changes.contains(place) ? " (changed)" : ""),
      question.score.map(rounded) ?? "", question.distance.map { JSONValue.number($0, decimals: 2).text } ?? "",
      question.request ?? "",
    ]
  }
}
