import Pixels

/// 8-bit channels of one size, each in a plane of its own, so that neighbouring samples of a channel lie side by side.
package struct SamplePlanes {
  package let size: PixelSize
  package let count: Int
  private var samples: [UInt8]

  /// Planes of zeros.
  package init(size: PixelSize, count: Int) {
    self.size = size
    self.count = count
    samples = [UInt8](repeating: 0, count: size.area * count)
  }

  /// The channels of an image.
  package init(deinterleaving image: borrowing PixelImage) {
    let (area, depth) = (image.size.area, image.channels.rawValue)
    self.init(size: image.size, count: depth)
    let source = image.samples
    var target = mutableSamples
    precondition(source.count == area * depth && target.count == source.count)
    for channel in 0..<depth {
      for pixel in 0..<area {
        // Within both, as the precondition says.
        unsafe target[unchecked: channel &* area &+ pixel] = source[unchecked: pixel &* depth &+ channel]
      }
    }
  }

  /// The image whose channels the planes are.
  ///
  /// - Precondition: there are as many planes as an image may have channels.
  package func interleaved() -> PixelImage {
    guard let channels = PixelChannels(rawValue: count) else { preconditionFailure("one or three planes") }
    var image = PixelImage(size: size, channels: channels)
    let (area, source) = (size.area, samples.span)
    var target = image.mutableSamples
    precondition(source.count == area * count && target.count == source.count)
    for channel in 0..<count {
      for pixel in 0..<area {
        // Within both, as the precondition says.
        unsafe target[unchecked: pixel &* count &+ channel] = source[unchecked: channel &* area &+ pixel]
      }
    }
    return image
  }

  /// All samples, plane after plane.
  package var allSamples: Span<UInt8> {
    @_lifetime(borrow self)
    get { samples.span }
  }

  /// All samples, plane after plane, for writing.
  package var mutableSamples: MutableSpan<UInt8> {
    @_lifetime(&self)
    mutating get { samples.mutableSpan }
  }

  /// Row `y` of a plane.
  @_lifetime(borrow self)
  package func row(_ y: Int, plane: Int) -> Span<UInt8> {
    precondition(plane >= 0 && plane < count && y >= 0 && y < size.height)
    let start = (plane * size.height + y) * size.width
    return samples.span.extracting(start..<start + size.width)
  }

  /// The planes with a border in which they are mirrored about the edge sample: `d c b | a b c d | c b a`.
  ///
  /// Where the border is wider than the plane the mirroring goes on; a side of one sample fills it with that sample.
  /// This is OpenCV's `BORDER_REFLECT_101`, whole-sample symmetric.
  ///
  /// - Complexity: O(area of the result).
  func mirroringBorder(_ border: Int) -> SamplePlanes {
    let padded = PixelSize(width: size.width + 2 * border, height: size.height + 2 * border)
    var result = SamplePlanes(size: padded, count: count)
    let columns = (0..<padded.width).map { Self.mirror($0 - border, size.width) }
    var target = result.mutableSamples
    for plane in 0..<count {
      for y in 0..<padded.height {
        let source = row(Self.mirror(y - border, size.height), plane: plane)
        let start = (plane * padded.height + y) * padded.width
        target.copy(from: source, at: start + border)
        for x in 0..<border { target[start + x] = source[columns[x]] }
        for x in border + size.width..<padded.width { target[start + x] = source[columns[x]] }
      }
    }
    return result
  }

  /// The position inside `0..<length` that the mirrored position shows.
  static func mirror(_ position: Int, _ length: Int) -> Int {
    guard length > 1 else { return 0 }
    let period = 2 * (length - 1)
    let wrapped = (position % period + period) % period
    return wrapped < length ? wrapped : period - wrapped
  }
}
