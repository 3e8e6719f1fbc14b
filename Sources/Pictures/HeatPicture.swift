import Pixels

extension PixelImage {
  /// Where versions of an image differ from it: the image in gray, and over it how much any of them differs at each pixel, from
  /// blue over orange to a light yellow.
  ///
  /// - Parameters:
  ///   - strengths: one number a pixel, row by row, as `raise(_:toDifferenceFrom:)` makes them.
  ///   - most: the strength that is shown as the strongest.
  /// - Complexity: O(pixels).
  package borrowing func heat(_ strengths: [Int], most: Int) -> PixelImage {
    precondition(strengths.count == size.area)
    var result = PixelImage(size: size, channels: .rgb)
    let depth = channels.rawValue
    let source = samples
    var target = result.mutableSamples
    for pixel in 0..<size.area {
      var sum = 0
      for channel in 0..<depth { sum += Int(source[pixel * depth + channel]) }
      let heat = min(255, strengths[pixel] * 255 / max(1, most))
      let colour = Self.heatColour(heat)
      // Where little differs, the picture shows through.
      let (opacity, gray) = (min(255, 2 * heat), sum / depth)
      for (channel, value) in [colour.red, colour.green, colour.blue].enumerated() {
        target[3 * pixel + channel] = UInt8((Int(value) * opacity + gray * (255 - opacity)) / 255)
      }
    }
    return result
  }

  /// The colour of a strength from 0 to 255, between three that also differ in brightness.
  private static func heatColour(_ heat: Int) -> Colour {
    let (low, middle, high) = ((11, 92, 138), (240, 147, 92), (255, 243, 196))
    func mix(_ first: Int, _ second: Int, _ part: Int) -> UInt8 { UInt8((first * (128 - part) + second * part) / 128) }
    let part = min(128, heat < 128 ? heat : heat - 127)
    let (from, to) = heat < 128 ? (low, middle) : (middle, high)
    return Colour(mix(from.0, to.0, part), mix(from.1, to.1, part), mix(from.2, to.2, part))
  }

  /// Raises each pixel's strength to the largest difference of a channel to `other`.
  ///
  /// - Precondition: both have the same size and channels, and there is a strength for each pixel.
  /// - Complexity: O(samples).
  package borrowing func raise(_ strengths: inout [Int], toDifferenceFrom other: borrowing PixelImage) {
    precondition(size == other.size && channels == other.channels && strengths.count == size.area)
    let depth = channels.rawValue
    let (first, second) = (samples, other.samples)
    for pixel in 0..<size.area {
      for channel in pixel * depth..<(pixel + 1) * depth {
        strengths[pixel] = max(strengths[pixel], abs(Int(first[channel]) - Int(second[channel])))
      }
    }
  }
}
