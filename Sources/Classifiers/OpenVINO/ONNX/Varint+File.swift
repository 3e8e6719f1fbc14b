import Common
import Files

extension Varint {
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
    guard position < end, let bytes = file.bytes(at: position, count: min(maximumCount, end - position)) else {
      return nil
    }
    var count = 0
    guard let value = read(bytes, at: &count, before: bytes.count) else { return nil }
    position += count
    return value
  }
}
