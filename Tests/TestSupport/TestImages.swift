import Pixels

/// A small generator whose sequence depends on its seed alone (SplitMix64).
package struct RepeatableRandom: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension PixelImage {
  /// An image with the given samples.
  package init(_ samples: [UInt8], width: Int, height: Int, channels: PixelChannels) {
    self.init(size: PixelSize(width: width, height: height), channels: channels)
    var target = mutableSamples
    target.copy(from: samples.span)
  }

  /// Noise that depends on size and seed alone.
  package static func noise(width: Int, height: Int, channels: PixelChannels, seed: UInt64 = 1) -> PixelImage {
    var random = RepeatableRandom(seed: seed)
    let samples = (0..<width * height * channels.rawValue).map { _ in UInt8.random(in: 0...255, using: &random) }
    return PixelImage(samples, width: width, height: height, channels: channels)
  }

  /// The samples in an array.
  package var array: [UInt8] {
    let samples = samples
    return (0..<samples.count).map { samples[$0] }
  }

  /// The image in a golden array of shape H×W or H×W×3.
  package init(_ golden: NumpyArray) {
    self.init(
      golden.bytes, width: golden.shape[1], height: golden.shape[0],
      channels: golden.shape.count == 3 ? .rgb : .gray)
  }
}
