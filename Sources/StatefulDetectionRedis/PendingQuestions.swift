import StatefulDetection
import Synchronization

/// Questions that wait until they are sent, in a bounded number.
final class PendingQuestions: Sendable {
  private let waiting = Mutex<[Question]>([])
  private let limit: Int
  private let arrival: AsyncStream<Void>.Continuation
  /// An element soon after questions were added; ends with the task that waits for it. For one task.
  let arrivals: AsyncStream<Void>

  init(limit: Int) {
    self.limit = limit
    (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// - Returns: whether there was room.
  func add(_ question: Question) -> Bool {
    let isAdded = waiting.withLock { waiting in
      guard waiting.count < limit else { return false }
      waiting.append(question)
      return true
    }
    if isAdded { arrival.yield() }
    return isAdded
  }

  /// The oldest ones, which stay.
  func first(_ count: Int) -> [Question] {
    waiting.withLock { Array($0.prefix(count)) }
  }

  /// Takes the oldest ones away.
  ///
  /// - Complexity: O(those that remain).
  func remove(_ count: Int) {
    waiting.withLock { $0.removeFirst(min(count, $0.count)) }
  }
}
