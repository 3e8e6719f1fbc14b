import Synchronization

/// Says which questions of a search lead to a record of it: the one that it is first noticed by, and each by which it has become
/// twice as long since its last record.
///
/// So a search of a million questions has some fifteen records. What is remembered is bounded: a search that was forgotten has one record
/// more than it would have. Rejected alternative: the powers of two, which need no memory. Where several gateways count together, none
/// of them may see the very question that completes one.
package final class SearchGrowth: Sendable {
  private struct State {
    /// The length from which on there is to be another record.
    var due: [String: Int] = [:]
    var order: [String] = []
  }

  private let state = Mutex(State())
  private let most: Int

  /// - Parameters:
  ///   - most: how many searches are remembered; the oldest go.
  package init(most: Int = 10_000) {
    self.most = most
  }

  /// Whether there is to be a record of a search now that it has this length. Whoever asks makes one.
  ///
  /// - Complexity: amortised O(1).
  package func isDue(_ search: String, length: Int) -> Bool {
    state.withLock { state in
      guard length >= state.due[search] ?? 0 else { return false }
      let (next, isTooLarge) = length.multipliedReportingOverflow(by: 2)
      if state.due.updateValue(isTooLarge ? .max : next, forKey: search) == nil { state.order.append(search) }
      if state.order.count >= 2 * most {
        for old in state.order.prefix(most) { state.due[old] = nil }
        state.order.removeFirst(most)
      }
      return true
    }
  }

  /// Takes an answer back: the record was not made.
  package func forget(_ search: String) { state.withLock { _ = $0.due.removeValue(forKey: search) } }
}
