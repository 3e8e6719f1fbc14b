import Synchronization

/// Where the gateway stands as a whole.
package final class ServingState: Sendable {
  package let inFlight = InFlight()
  private let draining = Atomic<Bool>(false)

  package init() {}

  /// Whether it answers what has begun and takes nothing new.
  package var isDraining: Bool { draining.load(ordering: .relaxed) }

  func drain() { draining.store(true, ordering: .relaxed) }
}
