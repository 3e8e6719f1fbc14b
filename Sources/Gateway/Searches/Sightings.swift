import StatefulDetection
import Synchronization

/// What is known of the surroundings of a request's images, entered as they are judged.
final class Sightings: Sendable {
  private let entered: Mutex<[Sighting?]>

  init(count: Int) { entered = Mutex([Sighting?](repeating: nil, count: count)) }

  func enter(_ sighting: Sighting?, at place: Int) { entered.withLock { $0[place] = sighting } }

  /// One an image; `nil` for one that is not remembered.
  var all: [Sighting?] { entered.withLock { $0 } }
}
