import Sluice
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
    await queue.leave()
    try await queue.enter()
  }

  @Test func whoWaitsHasATurn() async throws {
    let queue = BoundedQueue(places: 1, waiting: 1)
    try await queue.enter()
    let second = Task { try await queue.enter() }
    await queue.leave()
    try await second.value
    await queue.leave()
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
    let queue = BoundedQueue(places: 1, waiting: 2)
    try await queue.enter()
    let waiting = Task { try await queue.enter() }
    waiting.cancel()
    await queue.leave()
    await #expect(throws: FilterError.self) { try await waiting.value }
    try await queue.enter()
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
    await queue.leave()
    try await last.value
  }
}
