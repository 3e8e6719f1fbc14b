import CImageCodecs

extension [UInt8] {
  /// What a zlib stream holds; nothing for one that is damaged, cut off, or longer than `most` bytes.
  ///
  /// - Complexity: O(bytes + inflated bytes).
  init(inflating deflated: Span<UInt8>, atMost most: Int) {
    // Deflate expands 1032-fold at most: a small stream needs no large buffer.
    let capacity = Swift.min(most, 1032 * deflated.count)
    self = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
      count = unsafe deflated.withUnsafeBufferPointer { source in
        unsafe sluice_inflate(source.baseAddress, source.count, target.baseAddress, capacity)
      }
    }
  }

  /// What deflated data without a zlib header holds, as members of ZIP files are; nothing for data that is damaged, cut off,
  /// or longer than `most` bytes.
  ///
  /// - Complexity: O(bytes + inflated bytes).
  package init(inflatingRaw deflated: Span<UInt8>, atMost most: Int) {
    let capacity = Swift.min(most, 1032 * deflated.count)
    self = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
      count = unsafe deflated.withUnsafeBufferPointer { source in
        unsafe sluice_inflate_raw(source.baseAddress, source.count, target.baseAddress, capacity)
      }
    }
  }
}
