import Sluice
import Synchronization
import TestSupport
import Testing

/// Places and those who wait for one.
struct BoundedQueueTests {
  @Test func moreThanMayWaitAreRefused() async throws {
    let queue = BoundedQueue(places: 2, waiting: 0)
    try await queue.enter()
    try await queue.enter()
    let error = await #expect(throws: FilterError.self) { try await queue.enter() }
    #expect(error?.code == .overloaded)
    #expect(error?.remedy != nil)
    queue.leave()
    try await queue.enter()
  }

  @Test func whoWaitsHasATurnInOrder() async throws {
    let (queue, entered) = (BoundedQueue(places: 1, waiting: 2), Entered())
    try await queue.enter()
    let second = try await waiter(2, queue, entered)
    let third = try await waiter(3, queue, entered)
    #expect(entered.order.withLock { $0 } == [])
    queue.leave()
    try await second.value
    #expect(entered.order.withLock { $0 } == [2], "there is one place only")
    #expect(queue.waiting == 1)
    queue.leave()
    try await third.value
    #expect(entered.order.withLock { $0 } == [2, 3])
    queue.leave()
  }

  @Test func whoIsCancelledTakesNoPlace() async throws {
    let queue = BoundedQueue(places: 1, waiting: 0)
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await queue.enter()
    }
    await #expect(throws: FilterError.self) { try await cancelled.value }
    try await queue.enter()
  }

  @Test func whoIsCancelledWhileWaitingGivesTheTurnUp() async throws {
    let (queue, entered) = (BoundedQueue(places: 1, waiting: 2), Entered())
    try await queue.enter()
    let second = try await waiter(2, queue, entered)
    let third = try await waiter(3, queue, entered)
    second.cancel()
    let error = await #expect(throws: FilterError.self) { try await second.value }
    #expect(error?.code == .cancelled)
    #expect(queue.waiting == 1)
    queue.leave()
    try await third.value
    #expect(entered.order.withLock { $0 } == [3])
    queue.leave()
  }

  @Test func whoIsCancelledWhileWaitingMakesRoomAtOnce() async throws {
    let queue = BoundedQueue(places: 1, waiting: 1)
    try await queue.enter()
    for _ in 0..<50 {
      let waiting = Task { try await queue.enter() }
      await Task.yield()
      waiting.cancel()
      // Nobody gives the only place back, so that it ends by the cancellation alone.
      await #expect(throws: FilterError.self) { try await waiting.value }
    }
    let last = Task { try await queue.enter() }
    queue.leave()
    try await last.value
  }

  private final class Entered: Sendable {
    let order = Mutex<[Int]>([])
  }

  /// Has a task wait for a place; it is in the queue when this returns.
  private func waiter(
    _ number: Int, _ queue: BoundedQueue, _ entered: Entered
  ) async throws -> Task<Void, any Error> {
    let before = queue.waiting
    let task = Task {
      try await queue.enter()
      entered.order.withLock { $0.append(number) }
    }
    try await eventually("it waits") { queue.waiting > before }
    return task
  }
}
