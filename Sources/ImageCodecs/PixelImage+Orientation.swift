import Pixels

extension PixelImage {
  /// The picture turned upright, given how the camera was held.
  ///
  /// - Complexity: O(width · height).
  package consuming func turnedUpright(from orientation: ExifOrientation) -> PixelImage {
    if orientation == .upright { return self }
    let swapsSides = orientation.rawValue >= ExifOrientation.transposed.rawValue
    var result = PixelImage(size: swapsSides ? size.transposed : size, channels: channels)
    let depth = channels.rawValue
    let (right, bottom) = (size.width - 1, size.height - 1)
    let width = result.size.width
    let height = result.size.height
    var target = result.mutableSamples
    for y in 0..<height {
      for x in 0..<width {
        // Where in the stored picture the upright pixel (x, y) lies.
        let (sourceX, sourceY) =
          switch orientation {
          case .upright: (x, y)
          case .mirrored: (right - x, y)
          case .rotated180: (right - x, bottom - y)
          case .flipped: (x, bottom - y)
          case .transposed: (y, x)
          case .rotated90: (y, bottom - x)
          case .transversed: (right - y, bottom - x)
          case .rotated270: (right - y, x)
          }
        let source = (sourceY * size.width + sourceX) * depth
        let destination = (y * width + x) * depth
        for channel in 0..<depth { target[destination + channel] = samples[source + channel] }
      }
    }
    return result
  }
}
