import Synchronization
import Testing
import Workers

/// Numbered jobs on several threads.
struct ConcurrentJobsTests {
  private final class Calls: Sendable {
    let numbers = Mutex<[Int]>([])
  }

  @Test("every job runs once, however many threads there are", arguments: [0, 1, 2, 50], [1, 2, 7])
  func everyJobRunsOnce(count: Int, threads: Int) {
    let calls = Calls()
    runConcurrently(count, threads: threads) { number in calls.numbers.withLock { $0.append(number) } }
    #expect(calls.numbers.withLock { $0.sorted() } == Array(0..<count))
  }

  @Test func oneThreadTakesThemInTheirOrder() {
    let calls = Calls()
    runConcurrently(20, threads: 1) { number in calls.numbers.withLock { $0.append(number) } }
    #expect(calls.numbers.withLock { $0 } == Array(0..<20))
  }

  @Test func jobsRunAtTheSameTime() {
    let arrived = Calls()
    // Each waits for the other, so that one thread alone would never come back.
    runConcurrently(2, threads: 2) { number in
      arrived.numbers.withLock { $0.append(number) }
      while arrived.numbers.withLock({ $0.count }) < 2 {}
    }
    #expect(arrived.numbers.withLock { $0.count } == 2)
  }
}
