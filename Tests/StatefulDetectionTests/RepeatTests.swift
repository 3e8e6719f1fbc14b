import StatefulDetection
import TestSupport
import Testing

/// What counts as a question that was asked before, and what does not.
@Suite struct RepeatTests {
  private static func question(
    _ number: Int, of fingerprint: Fingerprint? = nil, label: Int = 0, score: Float = 0.9, logOdds: Float = 2,
    filter: UInt64 = 1
  ) -> Question {
    Question(
      record: "r\(number)", client: "a", time: Int64(number), fingerprint: fingerprint ?? version(number),
      answer: Answer(outcome: .clean, label: label, score: score, logOdds: logOdds, filter: filter))
  }

  /// Near to all others, and equal to none.
  private static func version(_ number: Int) -> Fingerprint { Pictures.noisy(Pictures.picture(1), 1, seed: number) }

  /// Three changes of the answer in each pass, and one on the way to the next: each is known after the first pass.
  @Test(arguments: [64, 100, 1025])
  func aSetThatIsSentAgainIsNoSearch(count: Int) {
    let memory = QueryMemory(rule: SearchRule(many: count + 1))
    for pass in 0..<20 {
      let sightings = (0..<count).map { memory.note(Self.question($0, label: $0 * 4 / count % 2)) }
      #expect(sightings.allSatisfy { $0.isRepeat == (pass > 0) && !$0.isSearch })
    }
  }

  /// What tells questions apart for so long counts as memory, and has an end.
  @Test(arguments: [(64, 64), (65, 65), (1025, 80), (5000, 80)])
  func theirTracesAreCharged(count: Int, size: Int) {
    let memory = QueryMemory()
    for number in 0..<count { _ = memory.note(Self.question(number)) }
    #expect(memory.size.questions == size)
  }

  /// Also of pictures that a fingerprint does not tell apart, and whose scores differ.
  @Test(arguments: [45, 200])
  func aSetOfPicturesThatLookAlikeIsNoSearch(count: Int) {
    let memory = QueryMemory(rule: SearchRule(many: count + 1))
    for pass in 0..<20 {
      let sightings = (0..<count).map {
        memory.note(Self.question($0, of: Pictures.picture(1), logOdds: Float($0) * 0.1))
      }
      #expect(sightings.allSatisfy { $0.isRepeat == (pass > 0) && !$0.isSearch })
    }
  }

  /// A filter that is loaded anew answers the same picture as if for the first time, and a search by it is seen.
  @Test func answersOfAnotherFilterHideNothing() {
    let memory = QueryMemory()
    let picture = Pictures.picture(1)
    _ = memory.note(Self.question(0, of: picture))
    let search = (0..<200).map {
      Self.question($0, of: picture, label: $0 % 2, logOdds: 2 + Float($0) * 0.1, filter: 2)
    }
    #expect(search.firstIndex { memory.note($0).becameSearch } == 16)
    #expect(memory.note(Self.question(201, of: picture)).isRepeat)
  }

  /// Who asks about one picture with each score that there is would else hide the questions of a search.
  @Test func scoresThatWereSeenOfOnePictureAreForgotten() {
    let memory = QueryMemory()
    func ask(_ number: Int) -> Sighting {
      memory.note(Self.question(number, of: Pictures.picture(1), logOdds: Float(number) * 0.1))
    }
    for number in 0..<400 { #expect(!ask(number).isRepeat) }
    #expect(ask(399).isRepeat && ask(0).isRepeat && !ask(1).isRepeat)
  }

  /// From one side of a detector's boundary to the other, where the classifier is certain, by changes that the fingerprint does not
  /// show: one crossing, and no descent.
  @Test func aWalkOverAllScoresHidesNoSearch() {
    let memory = QueryMemory()
    var number = 0
    func ask(_ logOdds: Float) -> Sighting {
      number += 1
      var question = Self.question(number, of: Pictures.picture(1), score: 1, logOdds: logOdds)
      question.answer.outcome = logOdds < 10 ? .clean : .adversarial
      return memory.note(question)
    }
    for step in 0..<400 { #expect(!ask(8 + Float(step) * 0.01).isSearch) }
    var random = RepeatableRandom(seed: 1)
    let search = (0..<200).map { _ in ask(Float.random(in: 9...11, using: &random)) }
    #expect(search.last?.concernsAsker == true)
  }

  /// Calls with other images beside move scores a little; certainty is infinite.
  @Test(
    arguments: [
      (2, 2.0005, true), (2, 2.005, false), (.infinity, .infinity, true), (-.infinity, .infinity, false),
    ] as [(Float, Float, Bool)])
  func scoresDifferALittle(first: Float, second: Float, isRepeat: Bool) {
    let memory = QueryMemory()
    let picture = Pictures.picture(1)
    _ = memory.note(Self.question(1, of: picture, logOdds: first))
    #expect(memory.note(Self.question(2, of: picture, logOdds: second)).isRepeat == isRepeat)
  }
}
