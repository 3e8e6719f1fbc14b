/// What the messages of a call say about their length: each begins with a byte of flags and four of length, in network
/// order.
package struct MessageLengths {
  /// The greatest length that any of them has named so far.
  package private(set) var longest = 0
  /// Bytes that have come.
  package private(set) var bytes = 0
  private var prefix: [UInt8] = []
  private var left = 0

  package init() {}

  private static let prefixLength = 5

  /// - Complexity: O(messages that begin in the part).
  package mutating func add(_ part: some RandomAccessCollection<UInt8>) {
    bytes += part.count
    var rest = part[...]
    while !rest.isEmpty {
      let skipped = min(left, rest.count)
      left -= skipped
      rest = rest.dropFirst(skipped)
      guard left == 0, let byte = rest.popFirst() else { continue }
      prefix.append(byte)
      guard prefix.count == Self.prefixLength else { continue }
      left = prefix.dropFirst().reduce(0) { $0 << 8 | Int($1) }
      longest = max(longest, left)
      prefix.removeAll(keepingCapacity: true)
    }
  }
}
