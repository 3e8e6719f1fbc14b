import Workers

/// Places for images that are judged, and a bounded number that wait for one, in order.
package final class BoundedQueue: Sendable {
  private let queue: PlaceQueue
  /// How many are judged or wait at most.
  private let limit: Int

  /// - Precondition: there is at least one place.
  package init(places: Int, waiting: Int) {
    queue = PlaceQueue(places: places, maximumWaiting: waiting)
    limit = places + waiting
  }

  /// How many wait for a place.
  package var waiting: Int { queue.waiting }

  /// Returns once there is a place, and takes it.
  ///
  /// A task that is cancelled while it waits leaves the queue at once.
  ///
  /// - Throws: `overloaded`, `cancelled`; no place is then taken.
  package func enter() async throws(FilterError) {
    guard !Task.isCancelled else { throw FilterError.cancelled }
    switch await queue.enter() {
    case .granted: break
    case .full:
      throw FilterError(
        .overloaded, "\(limit) images are judged or wait already",
        remedy: "ask again later, or permit more by `maximumWaiting`")
    case .cancelled: throw FilterError.cancelled
    }
    // It may have been given the place in the moment in which it was cancelled.
    guard !Task.isCancelled else {
      leave()
      throw FilterError.cancelled
    }
  }

  /// Gives the place back.
  package func leave() { queue.leave() }
}
