import Common
import Synchronization

/// Whether the shared memory can be used in both directions; says so once for each change.
final class Availability: Sendable {
  enum Direction: Sendable, Hashable {
    case sending
    case receiving
  }

  private struct State {
    /// What does not work, and why.
    var failures: [Direction: SluiceError] = [:]
    /// What works, or did.
    var known: Set<Direction> = []
    var isAvailable: Bool?
    /// What was said last.
    var said: SluiceError.Code?
  }

  private let state = Mutex(State())
  private let observe: @Sendable (SharingEvent) -> Void

  init(observe: @escaping @Sendable (SharingEvent) -> Void) {
    self.observe = observe
  }

  func works(_ direction: Direction) {
    let isNew = state.withLock { state in
      state.failures[direction] = nil
      state.known.insert(direction)
      guard state.failures.isEmpty, state.known.count == 2, state.isAvailable != true else { return false }
      state.isAvailable = true
      state.said = nil
      return true
    }
    if isNew { observe(.available) }
  }

  /// - Parameters:
  ///   - error: said again only where its code is another one: a server that comes back refuses first, and why is news.
  func fails(_ direction: Direction, _ error: SluiceError) {
    let isNew = state.withLock { state in
      state.failures[direction] = error
      guard state.isAvailable != false || state.said != error.code else { return false }
      state.isAvailable = false
      state.said = error.code
      return true
    }
    if isNew { observe(.unavailable(error)) }
  }
}
