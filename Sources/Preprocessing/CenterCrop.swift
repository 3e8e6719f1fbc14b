import Pixels

extension PixelImage {
  /// The middle of the image, padded with black where a side is too short.
  ///
  /// - Complexity: O(area of `target`).
  package borrowing func centerCropped(
    to target: PixelSize, rounding: CropRounding = .halfToEven, changing change: RowChange = { _, _ in }
  ) -> PixelImage {
    let region = PixelRegion.center(of: size, size: target, rounding: rounding)
    if region.lies(within: size) { return cropped(to: region, changing: change) }
    var result = PixelImage(size: target, channels: channels)
    let depth = channels.rawValue
    let columns = max(0, -region.x)..<min(target.width, size.width - region.x)
    let rows = max(0, -region.y)..<min(target.height, size.height - region.y)
    for y in rows {
      let left = (region.x + columns.lowerBound) * depth
      let source = row(region.y + y).extracting(left..<left + columns.count * depth)
      var line = result.mutableRow(y)
      line.copy(from: source, at: columns.lowerBound * depth)
      var copied = line._mutatingExtracting(columns.lowerBound * depth..<columns.upperBound * depth)
      change(&copied, RowPlace(y: region.y + y, left: region.x + columns.lowerBound))
    }
    return result
  }
}

extension PixelRegion {
  /// The region of the given size in the middle of an image; its origin is negative along a side that is too short.
  static func center(of image: PixelSize, size: PixelSize, rounding: CropRounding) -> PixelRegion {
    PixelRegion(
      x: rounding.offset(image.width, size.width), y: rounding.offset(image.height, size.height), size: size)
  }
}
