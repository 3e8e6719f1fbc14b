import Synchronization

/// Requests whose answers are held back: each holds a connection, its body and its tensors, so there is a bound on their
/// number.
final class SlowedRequests: Sendable {
  private let count = Mutex(0)

  static let maximum = 256

  /// Waits, but no longer than half of what is left to answer in; ends early when the client has gone.
  ///
  /// - Returns: false where too many wait already; then nothing was waited for.
  func wait(_ delay: Duration, before deadline: Deadline) async -> Bool {
    let isAdmitted = count.withLock { count in
      guard count < Self.maximum else { return false }
      count += 1
      return true
    }
    guard isAdmitted else { return false }
    defer { count.withLock { $0 -= 1 } }
    try? await Task.sleep(for: min(delay, deadline.remaining / 2))
    return true
  }
}
