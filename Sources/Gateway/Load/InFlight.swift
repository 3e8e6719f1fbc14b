import Synchronization

/// Counts requests that have begun and are not answered.
package final class InFlight: Sendable {
  private let current = Atomic<Int>(0)

  package init() {}

  package var count: Int { current.load(ordering: .relaxed) }

  func begin() { current.add(1, ordering: .relaxed) }
  func end() { current.subtract(1, ordering: .relaxed) }
}
