import Gateway
import Testing

/// When a model server is in use, and when it is given up, as rounds of questions go by.
@Suite struct UpstreamMemberTests {
  private static let contract = UpstreamContract(input: "x", takesBinary: true, outputs: [])

  private static func inUse() -> UpstreamMember {
    var member = UpstreamMember()
    _ = member.settle(.inUse(contract))
    return member
  }

  @Test func aServerIsInUseOnceItHasSaidWhatItTakes() {
    var member = UpstreamMember()
    #expect(member.contract == nil)
    let isDue = member.noteReady()
    #expect(isDue)
    let isNews = member.settle(.inUse(Self.contract))
    #expect(isNews && member.contract != nil)
  }

  @Test func aContractIsAskedForAgainAfterSomeRounds() {
    var member = Self.inUse()
    for round in 1...2 * UpstreamMember.roundsPerContract {
      let isDue = member.noteReady()
      #expect(isDue == (round >= UpstreamMember.roundsPerContract), "\(round)")
    }
    _ = member.settle(.inUse(Self.contract))
    let isDueAtOnce = member.noteReady()
    #expect(!isDueAtOnce)
    member.doubtContract()
    let isDueInDoubt = member.noteReady()
    #expect(isDueInDoubt)
  }

  @Test func whatIsSaidAgainIsNoNews() {
    var member = UpstreamMember()
    let news = [
      member.settle(.notInUse(UpstreamWords("it failed", quote: "1"))),
      member.settle(.notInUse(UpstreamWords("it failed", quote: "2"))),
      member.settle(.notInUse("it did not answer in time")),
      member.settle(.inUse(Self.contract)),
      member.settle(.inUse(Self.contract)),
      member.settle(.notInUse("it did not answer in time")),
    ]
    #expect(news == [true, false, true, true, false, true])
  }

  @Test func aServerAtWorkMayBeTooBusyForAFewRounds() {
    var member = Self.inUse()
    member.take(at: 1)
    let kept = (0..<4).map { _ in member.noteBusyRound() }
    #expect(kept == [true, true, false, false])
    _ = member.noteReady()
    let isKept = member.noteBusyRound()
    #expect(isKept)
  }

  @Test func aServerWithoutWorkIsGivenUpAtOnce() {
    var idle = Self.inUse()
    let isIdleKept = idle.noteBusyRound()
    #expect(!isIdleKept)
    var unused = UpstreamMember()
    unused.take(at: 1)
    let isUnusedKept = unused.noteBusyRound()
    #expect(!isUnusedKept)
  }

  @Test func anAnswerCountsAsWorkForAFewRounds() {
    for rounds in 0...5 {
      var member = Self.inUse()
      member.noteAnswer()
      for _ in 0..<rounds { member.beginRound() }
      let isKept = member.noteBusyRound()
      #expect(isKept == (rounds <= UpstreamMember.mostBusyRounds), "\(rounds)")
    }
  }

  @Test func theOneWithLessToDoIsPreferredAndThenTheOneThatWasUsedLongerAgo() {
    var (first, second) = (Self.inUse(), Self.inUse())
    first.take(at: 1)
    #expect(second.isPreferred(to: first) && !first.isPreferred(to: second))
    second.take(at: 2)
    #expect(first.isPreferred(to: second))
    first.give()
    second.give()
    #expect(first.isPreferred(to: second) && first.outstanding == 0)
  }
}
