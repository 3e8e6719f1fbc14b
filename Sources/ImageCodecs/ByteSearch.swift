import Glibc

extension Span where Element == UInt8 {
  /// The offset of the first `byte` at or after `start`; `nil` when there is none.
  ///
  /// - Precondition: `0 <= start <= count`.
  /// - Complexity: O(distance), many bytes at a time.
  package func firstOffset(of byte: UInt8, from start: Int) -> Int? {
    precondition(start >= 0 && start <= count)
    return unsafe withUnsafeBufferPointer { bytes in
      guard start < bytes.count, let base = bytes.baseAddress else { return nil }
      guard let found = unsafe memchr(base + start, Int32(byte), bytes.count - start) else { return nil }
      return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
  }
}
