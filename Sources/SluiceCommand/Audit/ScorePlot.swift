import Auditing
import Common

/// How the scores of a search moved, in characters: a column for each question of the sample.
struct ScorePlot {
  private let course: SearchCourse

  private static let height = 8
  private static let axisWidth = 9

  init(_ course: SearchCourse) {
    self.course = course
  }

  /// None where there are fewer than two questions, or no score is known.
  ///
  /// - Complexity: O(questions).
  var lines: [String] {
    guard course.questions.count > 1, let scores = course.scores else { return [] }
    var rows = [[Character]](repeating: [], count: Self.height)
    for (place, question) in course.questions.enumerated() {
      if course.omitted(before: place) > 0 { append("┆", to: &rows) { _ in true } }
      let level = question.score.map { Self.level($0, scores) }
      append(course.changes.contains(place) ? "◆" : "•", to: &rows) { $0 == level }
    }
    let drawn = rows.indices.reversed().map { row in
      let name = row == Self.height - 1 ? scores.upperBound : row == 0 ? scores.lowerBound : nil
      return padded(name.map { rounded($0) } ?? "", Self.axisWidth) + "│ " + String(rows[row])
    }
    return drawn + [String(repeating: " ", count: Self.axisWidth) + "└ " + legend]
  }

  private func append(_ sign: Character, to rows: inout [[Character]], where isSet: (Int) -> Bool) {
    for row in rows.indices { rows[row].append(isSet(row) ? sign : " ") }
  }

  /// From 0 at the bottom.
  private static func level(_ score: Double, _ range: ClosedRange<Double>) -> Int {
    let span = range.upperBound - range.lowerBound
    guard span > 0, span.isFinite else { return 0 }
    return min(height - 1, max(0, Int((score - range.lowerBound) / span * Double(height - 1) + 0.5)))
  }

  private var legend: String {
    let isPartial = course.questions.indices.contains { course.omitted(before: $0) > 0 }
    return "• score of a question" + (course.changes.isEmpty ? "" : "   ◆ the class changed")
      + (isPartial ? "   ┆ questions that are left out" : "")
  }
}
