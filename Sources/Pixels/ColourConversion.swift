extension PixelImage {
  /// The image with the given channels: itself cloned, gray repeated into RGB, or RGB weighted to gray.
  ///
  /// Gray is ITU-R BT.601 luma in 16-bit fixed point, `(19595·R + 38470·G + 7471·B + 32768) >> 16`, which is what
  /// Pillow's `convert("L")` gives. A gray image made RGB and back is unchanged.
  ///
  /// - Complexity: O(width · height).
  package borrowing func converted(to target: PixelChannels) -> PixelImage {
    switch (channels, target) {
    case (.gray, .gray), (.rgb, .rgb): clone()
    case (.gray, .rgb): repeatedIntoRGB()
    case (.rgb, .gray): weightedToGray()
    }
  }

  private borrowing func repeatedIntoRGB() -> PixelImage {
    var result = PixelImage(size: size, channels: .rgb)
    let source = samples
    var target = result.mutableSamples
    for index in 0..<source.count {
      let value = source[index]
      target[3 * index] = value
      target[3 * index + 1] = value
      target[3 * index + 2] = value
    }
    return result
  }

  private borrowing func weightedToGray() -> PixelImage {
    var result = PixelImage(size: size, channels: .gray)
    let source = samples
    var target = result.mutableSamples
    let count = target.count
    precondition(source.count == 3 * count)
    for index in 0..<count {
      // Within, as the precondition says.
      let red = UInt32(unsafe source[unchecked: 3 &* index])
      let green = UInt32(unsafe source[unchecked: 3 &* index &+ 1])
      let blue = UInt32(unsafe source[unchecked: 3 &* index &+ 2])
      target[index] = UInt8(truncatingIfNeeded: (red &* 19595 &+ green &* 38470 &+ blue &* 7471 &+ 32768) >> 16)
    }
    return result
  }
}
