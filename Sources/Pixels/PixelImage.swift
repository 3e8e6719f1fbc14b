import Common

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
///
/// An image whose size comes from outside, such as a decoded one, is made with the initialisers that begin with
/// `allocating`: they throw when no memory is left. All others are for images of a size that the program or its operator
/// chose; with no memory left for those, the process ends.
@safe package struct PixelImage: ~Copyable {
  package let size: PixelSize
  package let channels: PixelChannels
  private let storage: UnsafeMutableBufferPointer<UInt8>

  /// A black image.
  ///
  /// - Complexity: O(width · height · channels).
  package init(size: PixelSize, channels: PixelChannels) {
    unsafe self.init(size: size, channels: channels, filling: Self.memory(size, channels)) { $0.appendBlack() }
  }

  /// A black image of whatever size.
  ///
  /// - Throws: `out-of-memory`.
  /// - Complexity: O(width · height · channels).
  package init(allocating size: PixelSize, channels: PixelChannels) throws(SluiceError) {
    try self.init(allocating: size, channels: channels) { output throws(SluiceError) in output.appendBlack() }
  }

  /// An image whose samples `fill` writes, row after row, into memory that is not cleared first.
  ///
  /// - Precondition: `fill` writes all samples, or throws.
  /// - Complexity: that of `fill`.
  package init<Failure: Error>(
    size: PixelSize, channels: PixelChannels,
    initializingWith fill: (inout OutputSpan<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    unsafe try self.init(size: size, channels: channels, filling: Self.memory(size, channels), with: fill)
  }

  /// An image of whatever size, whose samples `fill` writes, row after row, into memory that is not cleared first.
  ///
  /// - Precondition: `fill` writes all samples, or throws.
  /// - Throws: `out-of-memory`, and what `fill` throws.
  /// - Complexity: that of `fill`.
  package init(
    allocating size: PixelSize, channels: PixelChannels,
    initializingWith fill: (inout OutputSpan<UInt8>) throws(SluiceError) -> Void
  ) throws(SluiceError) {
    let memory = unsafe try SampleMemory.allocate(size.area * channels.rawValue)
    unsafe try self.init(size: size, channels: channels, filling: memory, with: fill)
  }

  private static func memory(_ size: PixelSize, _ channels: PixelChannels) -> UnsafeMutableBufferPointer<UInt8> {
    do throws(SluiceError) {
      return unsafe try SampleMemory.allocate(size.area * channels.rawValue)
    } catch {
      fatalError(error.message)
    }
  }

  /// - Parameters:
  ///   - buffer: as long as the image; becomes its own.
  private init<Failure: Error>(
    size: PixelSize, channels: PixelChannels, filling buffer: UnsafeMutableBufferPointer<UInt8>,
    with fill: (inout OutputSpan<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    do throws(Failure) {
      var output = unsafe OutputSpan(buffer: buffer, initializedCount: 0)
      try fill(&output)
      let written = unsafe output.finalize(for: buffer)
      precondition(written == buffer.count, "every sample was written")
    } catch {
      unsafe SampleMemory.release(buffer)
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
    self.init(size: size, channels: channels) { $0.append(copying: samples.span) }
  }

  /// An image of whatever size with these samples, row after row.
  ///
  /// - Precondition: there are width · height · channels of them.
  /// - Throws: `out-of-memory`.
  /// - Complexity: O(width · height · channels).
  package init(allocating size: PixelSize, channels: PixelChannels, samples: Span<UInt8>) throws(SluiceError) {
    try self.init(allocating: size, channels: channels) { output throws(SluiceError) in
      output.append(copying: samples)
    }
  }

  deinit {
    unsafe SampleMemory.release(storage)
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
    mutableRows(y..<y + 1)
  }

  /// The samples of some rows, one row after another, for writing.
  ///
  /// - Precondition: the rows lie within the image.
  @_lifetime(&self)
  package mutating func mutableRows(_ rows: Range<Int>) -> MutableSpan<UInt8> {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= size.height)
    let part = unsafe UnsafeMutableBufferPointer(
      rebasing: storage[rows.lowerBound * rowLength..<rows.upperBound * rowLength])
    return unsafe _overrideLifetime(MutableSpan(_unsafeElements: part), mutating: &self)
  }

  /// An independent copy.
  ///
  /// - Complexity: O(width · height · channels).
  package borrowing func clone() -> PixelImage {
    let samples = samples
    return PixelImage(size: size, channels: channels) { $0.append(copying: samples) }
  }
}

// One owner at a time and no shared mutable state: an image may move between threads.
extension PixelImage: @unchecked Sendable {}

extension OutputSpan where Element == UInt8 {
  fileprivate mutating func appendBlack() {
    append(repeating: 0, count: freeCapacity)
  }

  fileprivate mutating func append(copying source: Span<UInt8>) {
    precondition(source.count <= freeCapacity, "the samples fit into the image")
    unsafe withUnsafeMutableBufferPointer { target, count in
      unsafe source.withUnsafeBufferPointer { source in
        let rest = unsafe UnsafeMutableBufferPointer(rebasing: target[count...])
        count += unsafe rest.update(fromContentsOf: source)
      }
    }
  }
}

extension MutableSpan where Element == UInt8 {
  /// Copies all of `source` to the elements from `start` on.
  ///
  /// - Precondition: they fit.
  package mutating func copy(from source: Span<UInt8>, at start: Int = 0) {
    precondition(start >= 0 && source.count <= count - start, "the source fits into the target")
    unsafe withUnsafeMutableBytes { target in
      unsafe source.withUnsafeBytes { source in
        let place = unsafe UnsafeMutableRawBufferPointer(rebasing: target[start..<start + source.count])
        unsafe place.copyMemory(from: source)
      }
    }
  }
}
