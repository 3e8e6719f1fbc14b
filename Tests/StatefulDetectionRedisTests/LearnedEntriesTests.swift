import StatefulDetection
import StatefulDetectionRedis
import Testing

/// What was learned is told from what was not.
@Suite struct LearnedEntriesTests {
  private static func entry(_ number: Int) -> QuestionEntry {
    QuestionEntry(writer: 1, question: Samples.question(record: "r\(number)"))
  }

  @Test func nothingIsLearnedTwice() {
    var known = LearnedEntries(atLeast: 10)
    let isNew = (0..<3).map { _ in known.insert(Self.entry(1)) }
    #expect(isNew == [true, false, false])
  }

  /// Else somebody could hide a question behind one that is nearly the same.
  @Test func whateverDiffersIsNew() {
    var known = LearnedEntries(atLeast: 100)
    let questions = [
      Samples.question(), Samples.question(2), Samples.question(record: "another"), Samples.question(client: nil),
      Samples.question(time: 1), Samples.question(outcome: .failed), Samples.question(label: 8),
      Samples.question(score: 0.7500001), Samples.question(logOdds: nil),
    ]
    let entries = questions.map { QuestionEntry(writer: 1, question: $0) }
    let isNew = (entries + [QuestionEntry(writer: 2, question: questions[0])]).map { known.insert($0) }
    #expect(!isNew.contains(false))
  }

  /// A stream of so many entries is read again and again.
  @Test(arguments: [1, 2, 10])
  func theLastOnesAreKnownAndTheirNumberIsBounded(atLeast: Int) {
    var known = LearnedEntries(atLeast: atLeast)
    for number in 0..<100 {
      let isNew = known.insert(Self.entry(number))
      let last = (max(0, number + 1 - atLeast)...number).map { known.insert(Self.entry($0)) }
      #expect(isNew && !last.contains(true) && known.count <= 2 * atLeast)
    }
  }
}
