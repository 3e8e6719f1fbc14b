import Glibc

/// The bytes of a file of the cache, in memory of their own: what is imported stays in use, and what happens to the file
/// afterwards must not matter.
@safe final class CachedBytes {
  private let memory: UnsafeMutableRawBufferPointer

  /// Enough for every vector load.
  private static let alignment = 64

  /// The next `count` bytes of an open file; `nil` when it has fewer.
  init?(_ count: Int, of descriptor: Int32) {
    unsafe memory = .allocate(byteCount: count, alignment: Self.alignment)
    var filled = 0
    while filled < count, let base = unsafe memory.baseAddress {
      let step = unsafe Glibc.read(descriptor, base + filled, count - filled)
      guard step > 0 else { return nil }
      filled += step
    }
  }

  deinit {
    unsafe memory.deallocate()
  }

  var count: Int { unsafe memory.count }

  /// - Precondition: the range lies in the bytes.
  func withBytes<Result>(_ range: Range<Int>, _ body: (RawSpan) -> Result) -> Result {
    unsafe body(UnsafeRawBufferPointer(rebasing: memory[range]).bytes)
  }

  func elements(_ range: Range<Int>) -> [UInt8] {
    unsafe Array(memory[range])
  }

  /// The address of the first byte, valid as long as this object lives.
  var address: UnsafeRawPointer? { unsafe UnsafeRawPointer(memory.baseAddress) }
}

// Nobody writes to the memory after it was filled.
extension CachedBytes: @unchecked Sendable {}
