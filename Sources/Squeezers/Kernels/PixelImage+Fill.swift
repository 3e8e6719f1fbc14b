import Pixels

extension PixelImage {
  /// An image all of whose samples are equal.
  init(filled value: UInt8, size: PixelSize, channels: PixelChannels) {
    self.init(size: size, channels: channels)
    fill(PixelRegion(x: 0, y: 0, size: size), with: value)
  }

  /// Sets all samples in the region to one value.
  ///
  /// - Precondition: the region lies within the image.
  mutating func fill(_ region: PixelRegion, with value: UInt8) {
    precondition(region.lies(within: size))
    let depth = channels.rawValue
    for y in region.y..<region.y + region.size.height {
      var row = mutableRow(y)
      for index in region.x * depth..<(region.x + region.size.width) * depth { row[index] = value }
    }
  }
}
