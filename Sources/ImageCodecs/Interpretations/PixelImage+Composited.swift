import Pixels

extension PixelImage {
  /// The picture over a plain background, as a viewer shows it: `(colour · alpha + background · (255 − alpha)) / 255`,
  /// rounded.
  ///
  /// - Parameters:
  ///   - alpha: a gray image of the same size, 255 for entirely opaque.
  /// - Complexity: O(samples).
  package borrowing func composited(with alpha: borrowing PixelImage, on background: UInt8) -> PixelImage {
    precondition(alpha.size == size && alpha.channels == .gray)
    var result = PixelImage(size: size, channels: channels)
    let (source, opacity, depth) = (samples, alpha.samples, channels.rawValue)
    var target = result.mutableSamples
    for pixel in 0..<opacity.count {
      let weight = UInt32(opacity[pixel])
      let behind = UInt32(background) * (255 - weight) + 127
      for index in pixel * depth..<(pixel + 1) * depth {
        target[index] = UInt8((UInt32(source[index]) * weight + behind) / 255)
      }
    }
    return result
  }

  /// The picture as a viewer shows it that honours the declared gamma: `v^(1 / (2.2 · gamma))`, v in [0, 1], for a
  /// display of gamma 2.2 (W3C PNG specification, section 13.13).
  ///
  /// - Precondition: `gamma` is positive.
  /// - Complexity: O(samples).
  package borrowing func applying(gamma: Double) -> PixelImage {
    precondition(gamma > 0)
    let exponent = 1 / (2.2 * gamma)
    let table = (0..<256).map { UInt8((255 * power(Double($0) / 255, exponent)).rounded()) }
    return mapped { table[Int($0)] }
  }

  borrowing func mapped(_ level: (UInt8) -> UInt8) -> PixelImage {
    var result = PixelImage(size: size, channels: channels)
    let source = samples
    var target = result.mutableSamples
    for index in 0..<source.count { target[index] = level(source[index]) }
    return result
  }
}
