/// How many samples a pixel has, and what they mean.
package enum PixelChannels: Int, Sendable, Hashable, CaseIterable {
  case gray = 1
  case rgb = 3
}

/// An owned 8-bit image: rows from top to bottom, samples interleaved, no padding between rows.
///
///     row 0   R G B R G B … R G B
///     row 1   R G B R G B … R G B
///     …
///
/// Sample values are 0…255. The buffer is aligned to a cache line. The type is not copyable: an image has one
/// owner, and a copy is always visible in the code as `clone()`.
@safe package struct PixelImage: ~Copyable {
  package let size: PixelSize
  package let channels: PixelChannels
  private let storage: UnsafeMutableBufferPointer<UInt8>

  /// Cache-line alignment, which is also enough for every vector load.
  private static let alignment = 64

  /// A black image.
  ///
  /// - Complexity: O(width · height · channels).
  package init(size: PixelSize, channels: PixelChannels) {
    self.size = size
    self.channels = channels
    let count = size.area * channels.rawValue
    let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: Self.alignment)
    unsafe raw.initializeMemory(as: UInt8.self, repeating: 0)
    unsafe storage = raw.assumingMemoryBound(to: UInt8.self)
  }

  /// An image whose samples `fill` writes, row after row, into memory that is not cleared first.
  ///
  /// - Precondition: `fill` writes all samples, or throws.
  /// - Complexity: that of `fill`.
  package init<Failure: Error>(
    size: PixelSize, channels: PixelChannels,
    initializingWith fill: (inout OutputSpan<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let raw = UnsafeMutableRawBufferPointer.allocate(
      byteCount: size.area * channels.rawValue, alignment: Self.alignment)
    let buffer = unsafe raw.bindMemory(to: UInt8.self)
    do {
      var output = unsafe OutputSpan(buffer: buffer, initializedCount: 0)
      try fill(&output)
      let written = unsafe output.finalize(for: buffer)
      precondition(written == buffer.count, "every sample was written")
    } catch {
      unsafe raw.deallocate()
      throw error
    }
    self.size = size
    self.channels = channels
    unsafe storage = buffer
  }

  /// An image with these samples, row after row.
  ///
  /// - Precondition: there are width · height · channels of them.
  /// - Complexity: O(width · height · channels).
  package init(size: PixelSize, channels: PixelChannels, samples: [UInt8]) {
    self.init(size: size, channels: channels) { output in
      for sample in samples { output.append(sample) }
    }
  }

  deinit {
    unsafe UnsafeMutableRawBufferPointer(storage).deallocate()
  }

  /// Samples in a row: width · channels.
  package var rowLength: Int { size.width * channels.rawValue }

  /// All samples, row after row.
  package var samples: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      let span = unsafe Span(_unsafeElements: UnsafeBufferPointer(storage))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// All samples, row after row, for writing.
  package var mutableSamples: MutableSpan<UInt8> {
    @_lifetime(&self)
    mutating get {
      let span = unsafe MutableSpan(_unsafeElements: storage)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }

  /// The samples of row `y`.
  ///
  /// - Precondition: `0 <= y < height`.
  @_lifetime(borrow self)
  package func row(_ y: Int) -> Span<UInt8> {
    samples.extracting(y * rowLength..<(y + 1) * rowLength)
  }

  /// The samples of row `y`, for writing.
  ///
  /// - Precondition: `0 <= y < height`.
  @_lifetime(&self)
  package mutating func mutableRow(_ y: Int) -> MutableSpan<UInt8> {
    precondition(y >= 0 && y < size.height)
    let row = unsafe UnsafeMutableBufferPointer(rebasing: storage[y * rowLength..<(y + 1) * rowLength])
    return unsafe _overrideLifetime(MutableSpan(_unsafeElements: row), mutating: &self)
  }

  /// An independent copy.
  ///
  /// - Complexity: O(width · height · channels).
  package borrowing func clone() -> PixelImage {
    var copy = PixelImage(size: size, channels: channels)
    var target = copy.mutableSamples
    target.copy(from: samples)
    return copy
  }
}

// One owner at a time and no shared mutable state: an image may move between threads.
extension PixelImage: @unchecked Sendable {}

extension MutableSpan where Element == UInt8 {
  /// Copies all of `source` to the elements from `start` on.
  ///
  /// - Precondition: they fit.
  package mutating func copy(from source: Span<UInt8>, at start: Int = 0) {
    precondition(start >= 0 && start + source.count <= count, "the source fits into the target")
    for index in 0..<source.count { self[start + index] = source[index] }
  }
}
