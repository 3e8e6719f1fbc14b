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
    let (columns, rows) = (Self.mirrors(size.width), Self.mirrors(size.height))
    let (height, length) = (size.height, rowLength)
    var all = samples.mutableSpan
    for y in 0..<height {
      let start = (y + Self.border) * length
      for column in columns { all[start + column.outside] = all[start + column.inside] }
    }
    for row in rows {
      for x in 0..<length { all[row.outside * length + x] = all[row.inside * length + x] }
    }
  }

  /// The places of the border on a line of that length, and the places inside that they show; counted from the border's
  /// beginning.
  private static func mirrors(_ length: Int) -> [(outside: Int, inside: Int)] {
    (1...border).flatMap { step in
      [-step, length - 1 + step].map { (outside: $0 + border, inside: mirrored($0, length) + border) }
    }
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
  // A step that the compiler knows becomes vector instructions.
  switch (depth, channel) {
  case (3, 0): combineChannels(source, into: &target) { red, _, _ in red }
  case (3, 1): combineChannels(source, into: &target) { _, green, _ in green }
  case (3, 2): combineChannels(source, into: &target) { _, _, blue in blue }
  default: for x in 0..<target.count { target[x] = Int16(source[x &* depth &+ channel]) }
  }
}

private func subtractChannels(
  _ source: Span<UInt8>, _ first: Int, _ second: Int, into target: inout MutableSpan<Int16>
) {
  precondition(source.count == target.count * 3)
  switch (first, second) {
  case (0, 1): combineChannels(source, into: &target) { red, green, _ in red &- green }
  case (2, 1): combineChannels(source, into: &target) { _, green, blue in blue &- green }
  default: for x in 0..<target.count { target[x] = Int16(source[3 &* x &+ first]) &- Int16(source[3 &* x &+ second]) }
  }
}

/// - Precondition: the source has three samples for each of the target.
@inline(__always)
private func combineChannels(
  _ source: Span<UInt8>, into target: inout MutableSpan<Int16>, _ value: (Int16, Int16, Int16) -> Int16
) {
  let count = target.count
  precondition(source.count == count * 3)
  for x in 0..<count {
    // Within both, as the precondition says.
    unsafe target[unchecked: x] = value(
      Int16(source[unchecked: 3 &* x]), Int16(source[unchecked: 3 &* x &+ 1]), Int16(source[unchecked: 3 &* x &+ 2]))
  }
}
