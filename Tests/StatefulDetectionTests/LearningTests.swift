import StatefulDetection
import Testing

/// What other gateways were asked counts like what this one was asked, and is told of by who is asked.
@Suite struct LearningTests {
  private static let rule = SearchRule(crossings: 4, overAll: 1)

  /// Around a boundary: each is a little different from the others, and labels take turns.
  private static func question(_ number: Int) throws -> Question {
    var bytes = (0..<Fingerprint.byteCount).map { UInt8($0 * 37 % 251) }
    bytes[number % Fingerprint.byteCount] ^= 4
    return Question(
      record: "\(number)", client: "somebody", time: 1_790_000_000_000 + Int64(number),
      fingerprint: try #require(Fingerprint(bytes: bytes)),
      answer: Answer(outcome: .clean, label: number % 2, score: 0.5, filter: 1))
  }

  private static func sighting(_ memory: QueryMemory, _ number: Int, isOwn: Bool) throws -> Sighting {
    let question = try question(number)
    return isOwn ? memory.note(question) : memory.learn(question, now: question.time)
  }

  @Test(arguments: [1, 2, 3, 7])
  func aSearchIsToldOfOnceByEachThatIsAsked(every: Int) throws {
    let memories = (0..<2).map { _ in QueryMemory(rule: Self.rule) }
    var told = [0, 0]
    for number in 0..<40 {
      let asked = number / every % 2
      let sightings = try memories.indices.map { try Self.sighting(memories[$0], number, isOwn: $0 == asked) }
      #expect(sightings[0].isSearch == sightings[1].isSearch)
      #expect(sightings[0].chain == sightings[1].chain)
      #expect(!sightings[1 - asked].becameSearch)
      #expect(sightings[asked].becameSearch == (sightings[asked].isSearch && told[asked] == 0))
      if sightings[asked].becameSearch { told[asked] += 1 }
    }
    #expect(told == [1, 1])
  }

  /// The search is there when it is asked about, whoever asked before.
  @Test func whatWasOnlyLearnedIsASearchAsWell() throws {
    let memory = QueryMemory(rule: Self.rule)
    for number in 0..<30 { #expect(try !Self.sighting(memory, number, isOwn: false).becameSearch) }
    let sighting = try Self.sighting(memory, 30, isOwn: true)
    #expect(sighting.isSearch && sighting.becameSearch && sighting.length == 31)
  }

  /// A gateway whose clock is wrong makes nobody forget.
  @Test(arguments: [0, 253_402_300_799_999] as [Int64])
  func anotherClockMovesNothing(time: Int64) throws {
    let memory = QueryMemory(QueryMemory.Bounds(questions: 100, age: 1000))
    let first = try Self.sighting(memory, 0, isOwn: true)
    var question = try Self.question(1)
    question.time = time
    #expect(memory.learn(question, now: first.first.time).chain == first.chain)
    #expect(try Self.sighting(memory, 2, isOwn: true).length == 3)
  }
}
