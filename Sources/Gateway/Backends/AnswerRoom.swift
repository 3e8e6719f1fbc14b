import Synchronization

/// Room for an answer that was claimed before the answer was asked for.
final class AnswerRoom: Sendable {
  private let left: Mutex<Int>

  init(_ bytes: Int) { left = Mutex(bytes) }

  /// Uses the room for so many bytes more.
  ///
  /// - Returns: how many of them there is no room for.
  func excess(of count: Int) -> Int {
    left.withLock { left in
      let used = min(left, count)
      left -= used
      return count - used
    }
  }
}
