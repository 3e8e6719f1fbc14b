import Synchronization

/// How fast a body has to arrive: whoever sends slower holds memory and a place that others could use.
package struct Pace: Sendable, Hashable {
  /// Bytes within each interval; the end of the body may be smaller.
  package var bytes: Int
  package var interval: Duration

  /// Eight kilobytes a second: a tenth of what the slowest mobile networks carry.
  package static let standard = Pace(bytes: 24_000, interval: .seconds(3))

  package init(bytes: Int, interval: Duration) {
    self.bytes = bytes
    self.interval = interval
  }
}

/// How much of a body has arrived.
final class Arrived: Sendable {
  private let count = Atomic<Int>(0)

  var bytes: Int { count.load(ordering: .relaxed) }

  func add(_ bytes: Int) { count.add(bytes, ordering: .relaxed) }
}
