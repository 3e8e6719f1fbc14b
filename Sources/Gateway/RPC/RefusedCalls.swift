import Synchronization

/// Calls that were refused, and counted, while their messages arrived. The service hears of them as if their clients had gone, and
/// is not to count them again.
final class RefusedCalls: Sendable {
  private struct State {
    var last = 0
    var refused: Set<Int> = []
  }

  /// Of a field by which the service knows a call again; what a client writes there is overwritten.
  static let field = "sluice-call"

  private let state = Mutex(State())
  private let most: Int

  /// - Parameters:
  ///   - most: how many are remembered: the service never hears of some.
  init(_ most: Int) {
    self.most = most
  }

  /// A number for a call that begins.
  func number() -> Int {
    state.withLock { state in
      state.last += 1
      return state.last
    }
  }

  func add(_ call: Int) {
    state.withLock { state in
      state.refused.insert(call)
      if state.refused.count > most { state.refused.removeFirst() }
    }
  }

  /// Whether a call was refused; asked for once.
  func remove(_ call: Int) -> Bool { state.withLock { $0.refused.remove(call) != nil } }
}
