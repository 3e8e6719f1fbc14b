import StatefulDetectionRedis
import Testing

/// How long answers may take, in seconds.
@Suite struct AnswerPatienceTests {
  @Test func growsUntilAnAnswerComesAndHasAnEnd() {
    var patience = AnswerPatience()
    var seconds: [Duration] = []
    for _ in 0..<6 {
      seconds.append(patience.current)
      patience.noAnswer()
    }
    #expect(seconds == [2, 4, 8, 16, 32, 32].map { .seconds($0) })
  }

  /// A server that needs as long for each answer is never asked twice again, and one that is fast again is noticed.
  @Test(arguments: [(0.001, 2), (1, 2), (3, 6), (20, 32)])
  func isTwiceAsLongAsAnswersTake(answer: Double, patience expected: Int) {
    var patience = AnswerPatience()
    for _ in 0..<6 { patience.noAnswer() }
    patience.answer(after: .seconds(answer))
    #expect(patience.current == .seconds(expected))
  }
}
