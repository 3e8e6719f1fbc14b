import Gateway
import NIOCore
import Testing

/// How long an answer may wait for its client, by a clock of the test.
struct UntakenWritesTests {
  private func time(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

  private func untaken() -> UntakenWrites {
    UntakenWrites(patience: .seconds(10), pace: Pace(bytes: 1000, interval: .seconds(3)))
  }

  @Test("what is taken at once is waited for no longer")
  func taken() {
    var untaken = untaken()
    #expect(untaken.isEmpty && untaken.end == nil)
    untaken.add(1000, at: time(100))
    #expect(untaken.end == time(113))
    untaken.remove(1000, at: time(101))
    #expect(untaken.isEmpty && untaken.end == nil)
  }

  @Test("the time counts from the last write that was taken, not from what is written after it")
  func progress() {
    var untaken = untaken()
    untaken.add(1000, at: time(100))
    untaken.add(1000, at: time(108))
    #expect(untaken.end == time(116), "writing more wins no more than its own time")
    untaken.remove(1000, at: time(109))
    #expect(untaken.end == time(122))
  }

  @Test("a large write has as long as its bytes need at the slowest pace")
  func pace() {
    var untaken = untaken()
    untaken.add(20_000, at: time(100))
    #expect(untaken.end == time(100 + 10 + 60))
    untaken.remove(20_000, at: time(150))
    untaken.add(0, at: time(160))
    #expect(untaken.end == time(170))
  }
}
