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

  private static let now = ContinuousClock.now

  @Test func theOneWithLessToDoIsPreferredAndThenTheOneThatWasUsedLongerAgo() {
    var (first, second) = (Self.inUse(), Self.inUse())
    first.take(at: 1)
    #expect(second.isPreferred(to: first, at: Self.now) && !first.isPreferred(to: second, at: Self.now))
    second.take(at: 2)
    #expect(first.isPreferred(to: second, at: Self.now))
    first.give()
    second.give()
    #expect(first.isPreferred(to: second, at: Self.now) && first.outstanding == 0)
  }

  /// For how many milliseconds one that is busy is asked rather than the other, which has nothing to do.
  private static func millisecondsAside(_ member: UpstreamMember, from start: ContinuousClock.Instant) -> Int {
    var busy = inUse()
    busy.take(at: 1)
    let steps = (0...1300).prefix { busy.isPreferred(to: member, at: start + .milliseconds(50 * $0)) }
    return 50 * steps.count
  }

  @Test func oneThatHasFailedIsSetAsideForTwiceAsLongEachTimeUntilItAnswers() {
    var member = Self.inUse()
    var (now, times) = (Self.now, [Int]())
    for _ in 0..<8 {
      member.noteFailure(at: now)
      times.append(Self.millisecondsAside(member, from: now))
      now += .seconds(60)
    }
    #expect(times == [100, 200, 400, 800, 1600, 3200, 5000, 5000])
    member.noteFailure(at: now)
    member.noteAnswer()
    #expect(Self.millisecondsAside(member, from: now) == 0)
    member.noteFailure(at: now)
    #expect(Self.millisecondsAside(member, from: now) == 100)
  }

  @Test func failuresThatComeTogetherCountOnce() {
    var member = Self.inUse()
    for _ in 0..<10 { member.noteFailure(at: Self.now) }
    #expect(Self.millisecondsAside(member, from: Self.now) == 100)
  }

  @Test(arguments: [("2", 2000), ("0", 100), ("99999999999", 60_000), ("Sun, 06 Nov 1994 08:49:37 GMT", 100)])
  func itIsSetAsideForAsLongAsItWants(text: String, milliseconds: Int) {
    var member = Self.inUse()
    member.noteFailure(at: Self.now)
    member.noteFailure(at: Self.now, retryAfter: RetryAfter(text))
    #expect(Self.millisecondsAside(member, from: Self.now) == milliseconds)
  }

  @Test func ofThoseThatHaveFailedTheOneThatFailedLessOftenIsPreferred() {
    var (well, sick) = (Self.inUse(), Self.inUse())
    sick.noteFailure(at: Self.now)
    sick.noteFailure(at: Self.now + .seconds(1))
    well.noteFailure(at: Self.now + .seconds(1))
    well.take(at: 1)
    #expect(well.isPreferred(to: sick, at: Self.now + .seconds(1)))
  }

  @Test func oneThatComesBackIntoUseIsNotSetAside() {
    var member = Self.inUse()
    member.noteFailure(at: Self.now)
    _ = member.settle(.notInUse("it cannot be reached"))
    _ = member.settle(.inUse(Self.contract))
    #expect(Self.millisecondsAside(member, from: Self.now) == 0)
  }
}
