/// An owned plane of 32-bit floats, rows from top to bottom without padding: one channel of an image on its way through
/// arithmetic that 8 bits are too coarse for.
@safe package struct FloatPlane: ~Copyable {
  package let width: Int
  package let height: Int
  private let storage: UnsafeMutableBufferPointer<Float>

  /// A plane of zeros.
  ///
  /// - Precondition: both sides are positive.
  /// - Complexity: O(width · height).
  package init(width: Int, height: Int) {
    precondition(width > 0 && height > 0)
    self.width = width
    self.height = height
    let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * width * height, alignment: 64)
    unsafe raw.initializeMemory(as: Float.self, repeating: 0)
    unsafe storage = raw.assumingMemoryBound(to: Float.self)
  }

  deinit {
    unsafe UnsafeMutableRawBufferPointer(storage).deallocate()
  }

  /// The values of row `y`.
  ///
  /// - Precondition: `0 <= y < height`.
  @_lifetime(borrow self)
  package func row(_ y: Int) -> Span<Float> {
    precondition(y >= 0 && y < height)
    let row = unsafe UnsafeBufferPointer(rebasing: storage[y * width..<(y + 1) * width])
    return unsafe _overrideLifetime(Span(_unsafeElements: row), borrowing: self)
  }

  /// The values of row `y`, for writing.
  ///
  /// - Precondition: `0 <= y < height`.
  @_lifetime(&self)
  package mutating func mutableRow(_ y: Int) -> MutableSpan<Float> {
    precondition(y >= 0 && y < height)
    let row = unsafe UnsafeMutableBufferPointer(rebasing: storage[y * width..<(y + 1) * width])
    return unsafe _overrideLifetime(MutableSpan(_unsafeElements: row), mutating: &self)
  }
}

extension FloatPlane {
  /// An independent copy.
  ///
  /// - Complexity: O(width · height).
  package borrowing func clone() -> FloatPlane {
    var copy = FloatPlane(width: width, height: height)
    for y in 0..<height {
      let source = row(y)
      var target = copy.mutableRow(y)
      for x in 0..<source.count { target[x] = source[x] }
    }
    return copy
  }

  /// One channel of an image, in gray levels 0…255.
  ///
  /// - Complexity: O(width · height).
  package init(_ image: borrowing PixelImage, channel: Int) {
    self.init(width: image.size.width, height: image.size.height)
    let depth = image.channels.rawValue
    precondition(channel >= 0 && channel < depth)
    for y in 0..<height {
      let source = image.row(y)
      var target = mutableRow(y)
      for x in 0..<target.count { target[x] = Float(source[x * depth + channel]) }
    }
  }
}

extension PixelImage {
  /// Sets one channel to the part of `plane` that begins at (`left`, `top`), clipped to 0…255 and rounded to the
  /// nearest level, halves away from zero.
  ///
  /// - Precondition: the part lies within the plane.
  /// - Complexity: O(width · height).
  package mutating func setChannel(
    _ channel: Int, from plane: borrowing FloatPlane, left: Int = 0, top: Int = 0
  ) {
    let (width, depth) = (size.width, channels.rawValue)
    precondition(channel >= 0 && channel < depth)
    for y in 0..<size.height {
      let source = plane.row(top + y).extracting(left..<left + width)
      var target = mutableRow(y)
      for x in 0..<source.count {
        target[x * depth + channel] = UInt8(min(max(source[x], 0), 255).rounded())
      }
    }
  }
}
