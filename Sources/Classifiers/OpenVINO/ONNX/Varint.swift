import Files

/// A number as protocol buffers write it: seven bits in each byte, the lowest first; the top bit says that another byte follows.
package enum Varint {
  /// Bytes of the longest one.
  static let maximumCount = 10

  /// The number that bytes begin with, and how many of them it takes.
  ///
  /// - Returns: `nil` where the bytes end before it does, or it is longer than ten.
  /// - Complexity: O(1).
  static func read(_ bytes: some Sequence<UInt8>) -> (value: UInt64, count: Int)? {
    var value: UInt64 = 0
    for (place, byte) in bytes.prefix(maximumCount).enumerated() {
      value |= UInt64(byte & 0x7F) << UInt64(7 * place)
      if byte < 0x80 { return (value, place + 1) }
    }
    return nil
  }

  /// The number at a position of a file.
  ///
  /// - Parameters:
  ///   - position: moves behind it.
  ///   - end: where the message ends that it belongs to.
  /// - Returns: `nil` where the message or the file ends before the number does.
  /// - Complexity: one short read.
  package static func read(
    _ file: borrowing RandomAccessFile, at position: inout Int, before end: Int
  ) -> UInt64? {
    guard position < end, let bytes = file.bytes(at: position, count: min(maximumCount, end - position)),
      let (value, count) = read(bytes)
    else { return nil }
    position += count
    return value
  }
}
