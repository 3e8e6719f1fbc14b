import Pixels

/// One signed 16-bit number a pixel, with a border of `border` pixels in which the plane is mirrored, edge samples
/// repeated: `b a | a b c d | d c`.
///
/// What statistics of noise look at: brightness, a channel, or the difference of two channels, in which the picture
/// largely cancels out and independent noise does not.
struct SignalPlane: Sendable {
  static let border = 2

  let size: PixelSize
  /// Row after row, with the border.
  private(set) var samples: [Int16]

  var rowLength: Int { size.width + 2 * Self.border }

  /// A plane of zeros.
  init(size: PixelSize) {
    self.size = size
    samples = [Int16](repeating: 0, count: (size.width + 2 * Self.border) * (size.height + 2 * Self.border))
  }

  /// ITU-R BT.601 brightness, 0…255.
  init(brightnessOf image: borrowing PixelImage) {
    switch image.channels {
    case .gray: self.init(channel: 0, of: image)
    case .rgb: self.init(channel: 0, of: image.converted(to: .gray))
    }
  }

  /// One channel, 0…255.
  ///
  /// - Precondition: the image has that channel.
  init(channel: Int, of image: borrowing PixelImage) {
    self.init(size: image.size)
    let depth = image.channels.rawValue
    precondition(channel < depth)
    fill { y, row in copyChannel(image.row(y), channel, depth: depth, into: &row) }
  }

  /// The first channel less the second, −255…255.
  ///
  /// - Precondition: the image is RGB.
  init(channel first: Int, less second: Int, of image: borrowing PixelImage) {
    self.init(size: image.size)
    precondition(image.channels == .rgb && first < 3 && second < 3)
    fill { y, row in subtractChannels(image.row(y), first, second, into: &row) }
  }

  /// Row `y` with the border, −border ≤ y < height + border.
  func paddedRow(_ y: Int) -> Range<Int> {
    let start = (y + Self.border) * rowLength
    return start..<start + rowLength
  }

  /// Row `y` without the border.
  func row(_ y: Int) -> Range<Int> {
    let start = (y + Self.border) * rowLength + Self.border
    return start..<start + size.width
  }

  /// Writes every row, then mirrors the border.
  mutating func fill(_ write: (Int, inout MutableSpan<Int16>) -> Void) {
    for y in 0..<size.height {
      let range = row(y)
      var all = samples.mutableSpan
      var target = all._mutatingExtracting(range)
      write(y, &target)
    }
    mirrorBorder()
  }

  private mutating func mirrorBorder() {
    let (width, height, border) = (size.width, size.height, Self.border)
    for y in 0..<height {
      let start = row(y).lowerBound
      for step in 1...border {
        samples[start - step] = samples[start + Self.mirrored(-step, width)]
        samples[start + width - 1 + step] = samples[start + Self.mirrored(width - 1 + step, width)]
      }
    }
    for step in 1...border {
      copyRow(Self.mirrored(-step, height), to: -step)
      copyRow(Self.mirrored(height - 1 + step, height), to: height - 1 + step)
    }
  }

  private mutating func copyRow(_ source: Int, to target: Int) {
    let (from, into) = (paddedRow(source).lowerBound, paddedRow(target).lowerBound)
    for x in 0..<rowLength { samples[into + x] = samples[from + x] }
  }

  /// The position inside `0..<length` that the mirrored position shows.
  static func mirrored(_ position: Int, _ length: Int) -> Int {
    let period = 2 * length
    let wrapped = (position % period + period) % period
    return wrapped < length ? wrapped : period - 1 - wrapped
  }
}

private func copyChannel(_ source: Span<UInt8>, _ channel: Int, depth: Int, into target: inout MutableSpan<Int16>) {
  precondition(source.count == target.count * depth)
  for x in 0..<target.count { target[x] = Int16(source[x &* depth &+ channel]) }
}

private func subtractChannels(
  _ source: Span<UInt8>, _ first: Int, _ second: Int, into target: inout MutableSpan<Int16>
) {
  precondition(source.count == target.count * 3)
  for x in 0..<target.count { target[x] = Int16(source[3 &* x &+ first]) &- Int16(source[3 &* x &+ second]) }
}
