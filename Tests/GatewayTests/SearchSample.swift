import AuditLog
import Auditing
import Common
import Foundation

/// A search as a gateway records it, for a test of what shows it.
struct SearchSample {
  var questions: Int
  var sample = 64
  var client = "camera"
  var label = "stop"
  /// What the questions' requests are called; each by its place, where `nil`.
  var request: String?

  static let id = "03f29ab41c77e5d0"

  static func pixels(_ place: Int) -> [UInt8] { (0..<768).map { UInt8(truncatingIfNeeded: 3 * $0 + place) } }

  init(questions: Int, sample: Int = 64) {
    self.questions = questions
    self.sample = min(sample, questions)
  }

  private var recorded: RecordedSearch {
    let now = AuditTime.now
    var search = RecordedSearch()
    (search.id, search.began, search.questions, search.action) = (Self.id, now.text, questions, "silent")
    (search.client, search.clients, search.request) = (client, [client], request ?? "question-\(sample)")
    search.sample = (0..<sample).map { place in
      var question = RecordedQuestion()
      question.number = place < 8 ? place + 1 : questions - sample + place + 1
      (question.time, question.client) = (now.text, client)
      question.request = request ?? "question-\(place + 1)"
      (question.topClass, question.label) = place < sample - 2 ? (0, label) : (3, "speed-30")
      (question.score, question.distance) = (0.98 - 0.01 * Double(place), 0.5)
      question.outcome = place == sample - 1 ? .adversarial : .clean
      question.pixels = Self.pixels(place)
      return question
    }
    return search
  }

  /// Adds it to a log, in a chain of its own.
  @discardableResult
  func record(in folder: String) throws -> AuditReference {
    try Self.append(AuditEntry(.search, details: recorded.json.members), to: folder)
  }

  @discardableResult
  static func append(_ entry: AuditEntry, to folder: String) throws -> AuditReference {
    try AuditLocation(folder: AuditFolder(folder)).open().append([entry], to: "other")[0]
  }
}
