import AuditLog
import Auditing
import Common
import FilterPipeline
import StatefulDetection
import TestSupport
import Testing

/// The form of records of searches, and what is told of them.
struct RecordedSearchTests {
  private static func text() throws -> String {
    let path = Repository.file("Tests/AuditingTests/Fixtures/search-1.json")
    return String(String(decoding: try Repository.bytes(path), as: UTF8.self).dropLast())
  }

  private static func stored(_ text: String) -> StoredRecord {
    StoredRecord(
      reference: AuditReference(writer: "one", sequence: 1), time: .now, kind: "search", hash: "", text: text,
      review: nil, image: nil)
  }

  @Test("a record of the form reads, and is written again byte for byte")
  func golden() throws {
    let (search, damage) = Self.stored(try Self.text()).salvagedSearch
    #expect(damage.paths.isEmpty)
    #expect(search.id == "03f29ab41c77e5d0" && search.questions == 131 && search.action == "silent")
    #expect(search.clients == ["10.0.0.7", "10.0.0.8"] && search.sample.map(\.number) == [1, 2, 131])
    #expect(search.sample[2].outcome == .adversarial && search.sample[2].score == 0.612345)
    #expect(search.sample[1].pixels?.prefix(3) == [11, 18, 25])
    let placeMembers = 5
    let members = try JSONValue(
      reading: Array(try Self.text().utf8).span, limits: JSONValue.Limits(depth: 8, values: 1000)
    ).members.dropFirst(placeMembers)
    #expect(search.json.text == JSONValue.object(Array(members)).text)
  }

  @Test("every member that is declared is in it, once")
  func declared() throws {
    for names in [RecordedSearch.members.map(\.name), RecordedQuestion.members.map(\.name)] {
      #expect(Set(names).count == names.count)
      for name in names { #expect(try Self.text().contains("\"\(name)\":"), "\(name)") }
    }
  }

  @Test(
    "what a stranger changed reads like what is missing",
    arguments: [
      (#"{"questions":"x","search":"a"}"#, ["questions"]), (#"{"search":"a","sample":{}}"#, ["sample"]),
      (
        #"{"search":"a","sample":[7,{"score":"x"},{"outcome":"odd"}]}"#,
        ["sample[0]", "sample[1].score", "sample[2].outcome"]
      ),
      (#"{"search":"a","clients":"me"}"#, ["clients"]), (#"{"search":"a"}"#, []),
    ])
  func damage(_ text: String, _ paths: [String]) {
    let (search, damage) = Self.stored(text).salvagedSearch
    #expect(damage.paths == paths && search.id == "a")
    #expect(!SearchCourse(search).text.isEmpty)
  }

  @Test(
    "a fingerprint that is none has no pixels",
    arguments: [
      "", "x", "AAAA", String(repeating: "A", count: 1028), String(repeating: "A", count: 4_000_000), "\u{0}",
    ])
  func fingerprints(_ text: String) {
    var question = RecordedQuestion()
    question.fingerprint = text
    #expect(question.pixels == nil)
    question.pixels = [UInt8](repeating: 7, count: 768)
    #expect(question.fingerprint?.utf8.count == 1024 && question.pixels?.last == 7)
  }

  // MARK: - What is told

  private static func search(
    _ scores: [Double?], classes: [Int?], numbers: [Int]? = nil, outcomes: [Verdict.Outcome]? = nil
  ) -> RecordedSearch {
    var search = RecordedSearch()
    search.questions = numbers?.last ?? scores.count
    search.sample = scores.indices.map { place in
      var question = RecordedQuestion()
      (question.number, question.score, question.topClass) = (
        numbers?[place] ?? place + 1, scores[place], classes[place]
      )
      question.outcome = outcomes?[place]
      return question
    }
    return search
  }

  @Test("a sentence says how many, how the scores moved, how often the class changed, and what was flagged")
  func sentence() {
    func text(_ search: RecordedSearch) -> String { SearchCourse(search).text }
    #expect(
      text(Self.search([0.9, 0.8, 0.75], classes: [1, 1, 1]))
        == "3 questions about nearly the same image. The score moved between 0.75 and 0.9, and the class stayed.")
    #expect(
      text(Self.search([0.9, 0.9], classes: [1, 2], numbers: [1, 90], outcomes: [.clean, .adversarial]))
        == "90 questions about nearly the same image. In the 2 that are recorded here, the score stayed at 0.9, and the class changed once. The filter flagged 1 of the 2."
    )
    #expect(text(Self.search([nil], classes: [nil])) == "1 question about nearly the same image.")
    #expect(text(RecordedSearch()) == "0 questions about nearly the same image.")
    var many = Self.search([0.1, 0.2, 0.3], classes: [1, 2, 1])
    many.clients = ["a", "b"]
    #expect(
      text(many).hasPrefix("3 questions from 2 clients about nearly")
        && text(many).hasSuffix("the class changed 2 times."))
  }

  @Test("a sentence says what is done about it, for every action by which something is")
  func actions() {
    var search = Self.search([nil], classes: [nil])
    let bare = SearchCourse(search).text
    for action in SearchAction.allCases {
      search.action = action.rawValue
      #expect(search.knownAction == action)
      #expect((SearchCourse(search).text == bare) == (action == .off), "\(action)")
    }
    search.action = "something new"
    #expect(search.knownAction == nil && SearchCourse(search).text == bare)
  }

  @Test("gaps are what numbers leave out, whatever the numbers are")
  func gaps() {
    let course = SearchCourse(Self.search([1, 1, 1, 1], classes: [1, nil, 2, 3], numbers: [1, 2, 90, 90]))
    #expect((0..<5).map { course.omitted(before: $0) } == [0, 0, 87, 0, 0])
    #expect(course.changes == [3], "a class that is not known is no change")
    let hostile = SearchCourse(Self.search([1, 1, 1], classes: [1, 1, 1], numbers: [.max, .min, .max]))
    #expect((0..<3).map { hostile.omitted(before: $0) } == [0, 0, 0])
  }

  @Test("a reader looks at 64 questions, whatever the record has")
  func bound() {
    let course = SearchCourse(
      Self.search([Double](repeating: 1, count: 5000), classes: [Int](repeating: 1, count: 5000)))
    #expect(course.questions.count == 64)
  }
}
