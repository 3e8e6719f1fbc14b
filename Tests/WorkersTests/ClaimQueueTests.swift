import Synchronization
import TestSupport
import Testing
import Workers

/// The queue that admission, the memory budget and runs share.
struct ClaimQueueTests {
  /// Something of which there are some units, for two lines.
  private struct Units: ClaimedResource {
    enum Line: CaseIterable { case left, right }

    struct Claim: Sendable {
      let count: Int
      let line: Line
    }

    var free: Int

    static func line(of claim: Claim) -> Line { claim.line }

    mutating func take(_ claim: Claim) -> Bool {
      guard claim.count <= free else { return false }
      free -= claim.count
      return true
    }

    mutating func give(_ claim: Claim) { free += claim.count }
  }

  private typealias Queue = ClaimQueue<Units>

  /// Has a task wait for a claim; it is in the queue when this returns.
  private func waiter(
    _ queue: Queue, _ claim: Units.Claim, _ granted: Granted
  ) async throws -> Task<Queue.Outcome, Never> {
    let before = queue.waiting
    let task = Task {
      let outcome = await queue.claim(claim)
      if outcome == .granted { granted.counts.withLock { $0.append(claim.count) } }
      return outcome
    }
    try await eventually("it waits") { queue.waiting > before }
    return task
  }

  private final class Granted: Sendable {
    let counts = Mutex<[Int]>([])
  }

  @Test("a claim that waits holds up its own line, and no other")
  func lines() async throws {
    let (queue, granted) = (Queue(Units(free: 5)), Granted())
    #expect(await queue.claim(Units.Claim(count: 4, line: .left)) == .granted)
    let large = try await waiter(queue, Units.Claim(count: 3, line: .left), granted)
    let behind = try await waiter(queue, Units.Claim(count: 1, line: .left), granted)
    #expect(await queue.claim(Units.Claim(count: 1, line: .right)) == .granted, "the other line is free")
    queue.give(Units.Claim(count: 1, line: .right))
    #expect(queue.waiting == 2 && queue.withResource { $0.free } == 1, "there is one, but it is not the second's turn")
    queue.give(Units.Claim(count: 4, line: .left))
    #expect(await large.value == .granted)
    #expect(await behind.value == .granted)
    #expect(queue.waiting == 0 && queue.withResource { $0.free } == 1)
  }

  @Test("a waiter that is cancelled leaves, and those behind it go on")
  func cancellation() async throws {
    let (queue, granted) = (Queue(Units(free: 1)), Granted())
    let large = try await waiter(queue, Units.Claim(count: 2, line: .left), granted)
    let small = try await waiter(queue, Units.Claim(count: 1, line: .left), granted)
    large.cancel()
    #expect(await large.value == .cancelled)
    #expect(await small.value == .granted)
    #expect(granted.counts.withLock { $0 } == [1] && queue.waiting == 0)
  }

  @Test("a task that is cancelled already waits for nothing, and takes what is there")
  func cancelledBefore() async {
    let queue = Queue(Units(free: 1))
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      let first = await queue.claim(Units.Claim(count: 1, line: .left))
      let second = await queue.claim(Units.Claim(count: 1, line: .left))
      return [first, second]
    }
    task.cancel()
    #expect(await task.value == [.granted, .cancelled])
    #expect(queue.waiting == 0)
  }

  @Test("a task that waits even if it is cancelled keeps its turn")
  func evenIfCancelled() async throws {
    let (queue, granted) = (Queue(Units(free: 0)), Granted())
    let kept = Task {
      while !Task.isCancelled { await Task.yield() }
      let outcome = await queue.claimEvenIfCancelled(Units.Claim(count: 1, line: .left))
      if outcome == .granted { granted.counts.withLock { $0.append(1) } }
      return outcome
    }
    kept.cancel()
    try await eventually("it waits") { queue.waiting == 1 }
    let behind = try await waiter(queue, Units.Claim(count: 2, line: .left), granted)
    #expect(queue.waiting == 2)
    queue.give(Units.Claim(count: 1, line: .left))
    #expect(await kept.value == .granted)
    queue.give(Units.Claim(count: 2, line: .left))
    #expect(await behind.value == .granted)
    #expect(granted.counts.withLock { $0 } == [1, 2])
  }

  @Test("so many wait, and who comes then is told at once", arguments: [0, 1, 3])
  func full(maximum: Int) async throws {
    let (queue, granted) = (Queue(Units(free: 0), maximumWaiting: maximum), Granted())
    var waiters: [Task<Queue.Outcome, Never>] = []
    for _ in 0..<maximum { waiters.append(try await waiter(queue, Units.Claim(count: 1, line: .left), granted)) }
    #expect(await queue.claim(Units.Claim(count: 1, line: .right)) == .full)
    for _ in 0..<maximum { queue.give(Units.Claim(count: 1, line: .left)) }
    for waiter in waiters { #expect(await waiter.value == .granted) }
  }
}
