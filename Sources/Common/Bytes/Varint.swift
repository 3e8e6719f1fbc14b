/// A number as protocol buffers write it: seven bits in each byte, the lowest first; the top bit says that another byte follows.
package enum Varint {
  /// Bytes of the longest one.
  package static let maximumCount = 10

  /// The number at a position of a message.
  ///
  /// - Parameters:
  ///   - position: moves behind it.
  ///   - end: where the message ends that it belongs to.
  /// - Returns: `nil` where the message ends before the number does, or it is longer than ten bytes.
  /// - Precondition: `position` is not negative, and `end` lies in the bytes.
  /// - Complexity: O(1).
  package static func read(_ bytes: [UInt8], at position: inout Int, before end: Int) -> UInt64? {
    var value: UInt64 = 0
    var place = position
    while place < end, place - position < maximumCount {
      let byte = bytes[place]
      value |= UInt64(byte & 0x7F) << UInt64(7 * (place - position))
      place += 1
      if byte < 0x80 {
        position = place
        return value
      }
    }
    return nil
  }
}
