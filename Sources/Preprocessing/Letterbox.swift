import Pixels

extension PixelImage {
  /// The image in the middle of a frame of one level of gray; of an odd rest, the smaller half comes first.
  ///
  /// - Precondition: the image fits into the frame.
  /// - Complexity: O(area of `frame`).
  package consuming func framed(by frame: PixelSize, level: UInt8) -> PixelImage {
    precondition(size.width <= frame.width && size.height <= frame.height, "the image fits into the frame")
    if size == frame { return self }
    let depth = channels.rawValue
    var result = PixelImage(
      size: frame, channels: channels, samples: [UInt8](repeating: level, count: frame.area * depth))
    let left = (frame.width - size.width) / 2 * depth
    let top = (frame.height - size.height) / 2
    for y in 0..<size.height {
      var line = result.mutableRow(top + y)
      line.copy(from: row(y), at: left)
    }
    return result
  }
}
