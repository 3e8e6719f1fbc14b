import Common
import Gateway
import Testing

/// What errors mean for whoever sent the request.
@Suite struct RefusalTests {
  private struct Surprise: Error {}

  @Test func whatNobodyForesawIsNoFaultOfTheSender() {
    for refusal in [Refusal(Surprise()) { _ in nil }, Refusal(ofHTTP: Surprise())] {
      #expect(refusal.status == .failed && refusal.code == .internalFault && refusal.code.description == "internal")
      #expect(refusal.message == "the request could not be served")
      #expect(refusal.cause?.contains("Surprise") == true)
    }
  }

  @Test func aTransportSaysWhatItsOwnErrorsMean() {
    let busy = Refusal(.busy, .busy, "later")
    #expect(Refusal(Surprise()) { $0 is Surprise ? busy : nil }.status == .busy)
    // What this side throws is not the transport's to say.
    #expect(Refusal(CancellationError()) { _ in busy }.status == .gone)
    #expect(Refusal(SluiceError(.deadlineExceeded, "late")) { _ in busy }.status == .lateAnswer)
    #expect(Refusal(Refusal(.notFound, .notFound, "no")) { _ in busy }.status == .notFound)
  }

  @Test func aBodyThatBreaksOffIsThatOfAClientThatHasGone() {
    let refusal = Refusal(ofHTTP: UnreadableBody(cause: Surprise()))
    #expect(refusal.status == .gone && refusal.message == "the request could not be read")
    #expect(refusal.cause?.contains("Surprise") == true)
  }

  @Test func metricsAndTheLogCallEachStatusByOneOfTheirWords() {
    let words = Refusal.Status.allCases.map { Refusal($0, .busy, "x").outcome.rawValue }
    #expect(
      words == [
        "invalid", "unauthenticated", "flagged", "invalid", "invalid", "invalid", "late", "rejected", "invalid",
        "rejected", "busy", "gone", "failed", "upstream", "upstream", "late",
      ])
  }
}
