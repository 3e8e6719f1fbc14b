import Pixels
import Preprocessing

extension PixelImage {
  /// A picture as rich in detail as a photograph: random shapes from half its size down to single pixels, half as
  /// strong each time their size halves, which is how the detail of natural images falls off (Field 1987).
  ///
  /// - Complexity: O(area · log(area)).
  static func landscape(_ size: PixelSize, seed: UInt64) -> PixelImage {
    var random = RepeatableSequence(state: seed)
    var sums = [Float](repeating: 128, count: size.area * 3)
    var (side, strength) = (2, Float(64))
    while side < min(size.width, size.height) {
      let shapes = PixelImage.noise(PixelSize(width: side, height: side), &random).trappingResized(
        to: size, filter: .bicubic)
      let samples = shapes.samples
      for index in 0..<samples.count { sums[index] += (Float(samples[index]) - 127.5) / 127.5 * strength }
      side *= 2
      strength /= 2
    }
    var result = PixelImage(size: size, channels: .rgb)
    var target = result.mutableSamples
    for index in 0..<target.count { target[index] = UInt8(min(max(sums[index], 0), 255)) }
    return result
  }

  private static func noise(_ size: PixelSize, _ random: inout some RandomNumberGenerator) -> PixelImage {
    var result = PixelImage(size: size, channels: .rgb)
    var target = result.mutableSamples
    for index in 0..<target.count { target[index] = UInt8.random(in: 0...255, using: &random) }
    return result
  }
}

/// The same pictures in every run (SplitMix64).
private struct RepeatableSequence: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
