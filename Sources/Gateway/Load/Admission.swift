import Common
import Workers

/// Lets a bounded number of requests work, and a bounded number wait for it in order; who finds the queue full is told
/// at once.
package final class Admission: Sendable {
  private let queue: PlaceQueue
  private let places: Int

  /// - Parameters:
  ///   - places: requests that work at the same time.
  ///   - queue: requests that wait.
  package init(places: Int, queue: Int) {
    self.places = places
    self.queue = PlaceQueue(places: places, maximumWaiting: queue)
  }

  package var waiting: Int { queue.waiting }
  package var working: Int { places - queue.free }

  /// Runs the work once there is a place for it.
  ///
  /// - Throws: `busy` when the queue is full, `cancelled` when the task is cancelled while it waits; what the work throws.
  package func admit<Result>(
    waited: (Duration) -> Void = { _ in }, _ work: () async throws(SluiceError) -> Result
  ) async throws(SluiceError) -> Result {
    let start = ContinuousClock.now
    let outcome = await queue.enter()
    guard outcome == .granted else {
      if outcome == .cancelled || Task.isCancelled {
        throw SluiceError(.cancelled, "the request ended while it waited")
      }
      throw .queueIsFull
    }
    defer { queue.leave() }
    waited(start.duration(to: .now))
    return try await work()
  }
}

extension SluiceError {
  /// There is no room for a request among those that wait.
  static let queueIsFull = SluiceError(.busy, "too many requests are waiting", remedy: "try again later")
}

extension SluiceError.Code {
  package static let busy = SluiceError.Code("busy")
  package static let deadlineExceeded = SluiceError.Code("deadline-exceeded")
}
