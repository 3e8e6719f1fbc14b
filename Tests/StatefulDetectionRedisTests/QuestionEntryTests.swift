import StatefulDetection
import StatefulDetectionRedis
import Testing

/// What stands in the stream is read as it was written, and nothing else is read.
@Suite struct QuestionEntryTests {
  static let questions = [
    Samples.question(), Samples.question(client: nil), Samples.question(client: "", score: 0),
    Samples.question(record: "", outcome: .failed, label: nil, score: nil, logOdds: nil),
    Samples.question(time: 0, outcome: .adversarial, label: 0, score: 1, logOdds: .infinity),
    Samples.question(time: 253_402_300_799_999, label: Int(Int32.max), logOdds: -.infinity),
    Samples.question(
      record: String(repeating: "r", count: 255), client: String(repeating: "é", count: 127), logOdds: -0.0),
  ]

  @Test(arguments: questions)
  func readsWhatItWrites(question: Question) throws {
    let entry = QuestionEntry(writer: 0x0123_4567_89AB_CDEF, question: question)
    let read = try #require(QuestionEntry(bytes: entry.bytes))
    #expect(read == entry)
    #expect(read.bytes == entry.bytes)
  }

  /// What gateways of another release read.
  @Test func keepsItsForm() {
    let bytes = QuestionEntry(writer: 0x0807_0605_0403_0201, question: Samples.question()).bytes
    #expect(
      Array(bytes[..<44]) == [
        1, 0, 15, 9, 8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x7B, 0x6C, 0x50, 0xC4, 0xA0, 0x01, 0, 0, 0x10, 0x32, 0x54,
        0x76, 0x98, 0xBA, 0xDC, 0xFE, 7, 0, 0, 0, 0, 0, 0x40, 0x3F, 0xED, 0x9E, 0x8C, 0x3F,
      ])
    #expect(Array(bytes[44..<812]) == Samples.fingerprint(1).bytes)
    #expect(bytes[812...].elementsEqual("request#210.1.2.3".utf8))
  }

  @Test func cutsLongNamesBetweenCharacters() throws {
    let question = Samples.question(
      record: String(repeating: "é", count: 200), client: String(repeating: "x", count: 100_000))
    let read = try #require(QuestionEntry(bytes: QuestionEntry(writer: 1, question: question).bytes)).question
    #expect(read.record == String(repeating: "é", count: 127))
    #expect(read.client == String(repeating: "x", count: 255))
  }

  /// A label that has no place in the entry is none.
  @Test(arguments: [-1, Int(Int32.max) + 1]) func leavesOutOtherLabels(label: Int) throws {
    let bytes = QuestionEntry(writer: 1, question: Samples.question(label: label)).bytes
    #expect(try #require(QuestionEntry(bytes: bytes)).question.answer.label == nil)
  }

  @Test func readsNothingOfAnotherLength() {
    let bytes = QuestionEntry(writer: 1, question: Samples.question()).bytes
    for length in 0..<bytes.count { #expect(QuestionEntry(bytes: Array(bytes[..<length])) == nil) }
    #expect(QuestionEntry(bytes: bytes + [0]) == nil)
  }

  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let question: Question
    let change: @Sendable (inout [UInt8]) -> Void

    init(
      _ description: String, of question: Question = Samples.question(),
      _ change: @escaping @Sendable (inout [UInt8]) -> Void
    ) {
      testDescription = description
      self.question = question
      self.change = change
    }
  }

  static let damages = [
    Damage("version 0") { $0[0] = 0 },
    Damage("version 2") { $0[0] = 2 },
    Damage("no such outcome") { $0[1] = 3 },
    Damage("no such part") { $0[2] |= 16 },
    Damage("bytes for later use") { $0[6] = 1 },
    Damage("a client's length without a client") { $0[2] &= ~1 },
    Damage("a negative time") { $0[23] = 0x80 },
    Damage("a time after the year 9999") {
      $0.replaceSubrange(16..<24, with: [0, 0xDC, 0x1F, 0xD2, 0x77, 0xE6, 0, 0])
    },
    Damage("a negative label") { $0[35] = 0x80 },
    Damage("a label that is not there") { $0[2] &= ~2 },
    Damage("a score that is not there") { $0[2] &= ~4 },
    Damage("log odds that are not there") { $0[2] &= ~8 },
    Damage("a score above 1") { $0.replaceSubrange(36..<40, with: [1, 0, 0x80, 0x3F]) },
    Damage("a score below 0") { $0.replaceSubrange(36..<40, with: [0, 0, 0x80, 0xBF]) },
    Damage("a score that is no number") { $0.replaceSubrange(36..<40, with: [0, 0, 0xC0, 0x7F]) },
    Damage("minus zero for no score", of: Samples.question(score: nil)) { $0[39] = 0x80 },
    Damage("log odds that are no number") { $0.replaceSubrange(40..<44, with: [0, 0, 0xC0, 0x7F]) },
    Damage("a record that is no text") { $0[812] = 0xFF },
    Damage("a client that is no text") { $0[$0.count - 1] = 0xC3 },
    Damage("a longer record") { $0[3] += 1 },
    Damage("a character that both names share", of: Samples.question(record: "é", client: "x")) {
      $0[3] -= 1
      $0[4] += 1
    },
  ]

  @Test(arguments: damages)
  func refuses(damage: Damage) {
    var bytes = QuestionEntry(writer: 1, question: damage.question).bytes
    #expect(QuestionEntry(bytes: bytes) != nil)
    damage.change(&bytes)
    #expect(QuestionEntry(bytes: bytes) == nil)
  }

  /// Whatever bytes there are: what is read is in its ranges and is written as it was.
  @Test func anyBytesAreReadInRangeOrNotAtAll() {
    var generator = SeededRandom(state: 20)
    let valid = QuestionEntry(writer: 1, question: Samples.question()).bytes
    var read = 0
    for _ in 0..<20_000 {
      var bytes = valid
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<(Bool.random(using: &generator) ? 44 : bytes.count), using: &generator)
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      guard let entry = QuestionEntry(bytes: bytes) else { continue }
      read += 1
      #expect(entry.bytes == bytes)
      #expect(entry.question.answer.score.map { (0...1).contains($0) } != false)
    }
    #expect(read > 1000)
  }
}

/// The same numbers in every run.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 33
  }
}
