/// Streams that have been answered and have not ended, the one that was answered first before the others.
///
/// - Complexity: O(1) on average for everything.
package struct AnsweredStreams<Stream: Hashable, Connection> {
  private var numbers: [Stream: Int] = [:]
  private var entries: [Int: (stream: Stream, connection: Connection)] = [:]
  /// No entry has a smaller number.
  private var first = 0
  private var next = 0

  package init() {}

  package var count: Int { numbers.count }

  package mutating func add(_ stream: Stream, of connection: Connection) {
    remove(stream)
    numbers[stream] = next
    entries[next] = (stream, connection)
    next += 1
  }

  package mutating func remove(_ stream: Stream) {
    guard let number = numbers.removeValue(forKey: stream) else { return }
    entries[number] = nil
    while first < next, entries[first] == nil { first += 1 }
  }

  /// Forgets the oldest; its connection.
  package mutating func removeOldest() -> Connection? {
    guard let oldest = entries[first] else { return nil }
    remove(oldest.stream)
    return oldest.connection
  }
}
