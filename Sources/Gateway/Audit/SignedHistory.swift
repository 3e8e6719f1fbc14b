import AuditLog
import Common
import Synchronization

/// What this process has signed last. Who can write to the log cannot write here, so a log that does not go on from there was changed.
final class SignedHistory: Sendable {
  private let state = Mutex(State())

  private struct State {
    var last: Checkpoint?
    var complaint: SluiceError?
  }

  var last: Checkpoint? { state.withLock { $0.last } }

  /// Everything is as it was, and signed as far as a new checkpoint says.
  func goOn(to checkpoint: Checkpoint?) {
    state.withLock { state in
      state.last = checkpoint ?? state.last
      state.complaint = nil
    }
  }

  /// Notes that the log does not go on from there.
  ///
  /// - Returns: whether that is news.
  func complain(_ error: SluiceError) -> Bool {
    state.withLock { state in
      defer { state.complaint = error }
      return state.complaint != error
    }
  }
}
