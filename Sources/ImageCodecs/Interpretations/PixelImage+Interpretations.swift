import Pixels
import RealModule

// Pictures are changed where they are: a decoded one may be large, and a second one of its size is memory that nobody
// has reckoned with.
extension PixelImage {
  /// Puts the picture on a plain background, as a viewer shows it:
  /// `(colour · alpha + background · (255 − alpha)) / 255`, rounded.
  ///
  /// - Parameters:
  ///   - alpha: a gray image of the same size, 255 for entirely opaque.
  /// - Complexity: O(samples).
  package mutating func composite(with alpha: borrowing PixelImage, on background: UInt8) {
    precondition(alpha.size == size && alpha.channels == .gray)
    let depth = channels.rawValue
    var colours = mutableSamples
    colours.composite(with: alpha.samples, samplesPerPixel: depth, on: background)
  }

  /// Makes the picture what a viewer shows that honours the declared gamma: `v^(1 / (2.2 · gamma))`, v in [0, 1], for a
  /// display of gamma 2.2 (W3C PNG specification, section 13.13).
  ///
  /// - Precondition: `gamma` is positive.
  /// - Complexity: O(samples).
  package mutating func apply(gamma: Double) {
    var samples = mutableSamples
    samples.replaceLevels(Self.levels(gamma: gamma))
  }

  /// What becomes of each of the 256 levels under a declared gamma.
  package static func levels(gamma: Double) -> [UInt8] {
    precondition(gamma > 0)
    let exponent = 1 / (2.2 * gamma)
    return (0...255).map { UInt8((255 * Double.pow(Double($0) / 255, exponent)).rounded()) }
  }
}

/// The same for samples of some rows.
extension MutableSpan<UInt8> {
  /// Puts pixels on a plain background.
  ///
  /// - Precondition: there is an opacity for each pixel.
  package mutating func composite(with opacity: Span<UInt8>, samplesPerPixel depth: Int, on background: UInt8) {
    precondition(opacity.count * depth == count)
    for pixel in 0..<opacity.count {
      let weight = UInt32(opacity[pixel])
      let behind = UInt32(background) * (255 - weight) + 127
      for index in pixel * depth..<(pixel + 1) * depth {
        self[index] = UInt8((UInt32(self[index]) * weight + behind) / 255)
      }
    }
  }

  /// Replaces every sample by what becomes of its level.
  package mutating func replaceLevels(_ table: [UInt8]) {
    for index in 0..<count { self[index] = table[Int(self[index])] }
  }
}

extension DecodedImage {
  /// Puts the pixels on a plain background, which uses the alpha up; nothing happens to an opaque picture.
  ///
  /// - Complexity: O(samples).
  package mutating func composite(on background: UInt8) {
    guard let alpha = alpha.take() else { return }
    pixels.composite(with: alpha, on: background)
  }
}
