import Synchronization

/// Lets so many records of a kind be written at once, and then so many a second for as long as they come.
///
/// Whatever a stranger can have recorded at no cost needs one: a record stays for good.
package final class RecordAllowance: Sendable {
  private let (rate, burst): (Double, Double)
  private let state: Mutex<State>

  private struct State {
    var tokens: Double
    var filled: ContinuousClock.Instant
  }

  /// - Parameters:
  ///   - rate: how many a second for as long as they come.
  ///   - burst: how many at once, after a pause.
  package init(rate: Double, burst: Int, now: ContinuousClock.Instant = .now) {
    self.rate = rate
    self.burst = Double(burst)
    state = Mutex(State(tokens: Double(burst), filled: now))
  }

  /// Whether another one may be written.
  package func admits(now: ContinuousClock.Instant = .now) -> Bool {
    state.withLock { state in
      state.tokens = min(burst, state.tokens + max(0, (now - state.filled) / .seconds(1)) * rate)
      state.filled = max(state.filled, now)
      guard state.tokens >= 1 else { return false }
      state.tokens -= 1
      return true
    }
  }
}
