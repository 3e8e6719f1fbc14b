import Pixels

extension PixelImage {
  /// The middle of the image, padded with black where a side is too short: torchvision's `CenterCrop`.
  ///
  /// - Complexity: O(area of `target`).
  package borrowing func centerCropped(
    to target: PixelSize, changing change: RowChange = { _, _ in }
  ) -> PixelImage {
    let region = PixelRegion.center(of: size, size: target)
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
  static func center(of image: PixelSize, size: PixelSize) -> PixelRegion {
    PixelRegion(
      x: offset(image.width, size.width), y: offset(image.height, size.height), size: size)
  }

  private static func offset(_ available: Int, _ wanted: Int) -> Int {
    // Padding puts the smaller half first; cropping rounds halves to even, as Python's round() does.
    if wanted > available { return -((wanted - available) / 2) }
    return Int((Double(available - wanted) / 2).rounded(.toNearestOrEven))
  }
}
