import FilterPipeline
import Common
import Synchronization

/// Places for images that are judged, and a bounded number that wait for one, in order.
package final class BoundedQueue: Sendable {
  private let gate: AdmissionGate
  private let limit: Int
  /// Those that are judged and those that wait.
  private let present = Atomic<Int>(0)

  /// - Precondition: there is at least one place.
  package init(places: Int, waiting: Int) {
    gate = AdmissionGate(capacity: places)
    limit = places + waiting
  }

  /// How many wait for a place.
  package var waiting: Int { get async { await gate.waiting } }

  /// Returns once there is a place, and takes it.
  ///
  /// A task that is cancelled while it waits leaves the queue at once.
  ///
  /// - Throws: `overloaded`, `cancelled`; no place is then taken.
  package func enter() async throws(FilterError) {
    guard !Task.isCancelled else { throw FilterError.cancelled }
    guard present.add(1, ordering: .relaxed).newValue <= limit else {
      present.subtract(1, ordering: .relaxed)
      throw FilterError(
        .overloaded, "\(limit) images are judged or wait already",
        remedy: "ask again later, or permit more by `maximumWaiting`")
    }
    guard await gate.enterUnlessCancelled() else {
      present.subtract(1, ordering: .relaxed)
      throw FilterError.cancelled
    }
    // It may have been given the place in the moment in which it was cancelled.
    guard !Task.isCancelled else {
      await leave()
      throw FilterError.cancelled
    }
  }

  /// Gives the place back.
  package func leave() async {
    present.subtract(1, ordering: .relaxed)
    await gate.leave()
  }
}
