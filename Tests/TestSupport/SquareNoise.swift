import Pixels

extension PixelImage {
  /// The image with a perturbation such as the Square attack makes it (Andriushchenko et al., ECCV 2020): one-pixel wide
  /// vertical stripes of ±strength, for each channel by itself, and on top squares of ±strength that become smaller.
  package borrowing func perturbedBySquares(_ squares: Int, strength: Int, seed: UInt64) -> PixelImage {
    var random = RepeatableRandom(seed: seed)
    let (width, height, depth) = (size.width, size.height, channels.rawValue)
    var shift = [Int](repeating: 0, count: width * height * depth)
    for column in 0..<width * depth {
      let value = Bool.random(using: &random) ? strength : -strength
      for y in 0..<height { shift[y * width * depth + column] = value }
    }
    for index in 0..<squares {
      let part = 0.05 * (1 - Double(index) / Double(squares)) * Double(width * height)
      let side = min(width, height, max(1, Int(part.squareRoot().rounded())))
      let (left, top) = (
        Int.random(in: 0...width - side, using: &random), Int.random(in: 0...height - side, using: &random)
      )
      for channel in 0..<depth {
        let value = Bool.random(using: &random) ? strength : -strength
        for y in top..<top + side {
          for x in left..<left + side { shift[(y * width + x) * depth + channel] = value }
        }
      }
    }
    return shifted(by: shift)
  }

  /// The image with independent noise of −strength…strength in every sample.
  package borrowing func withNoise(strength: Int, seed: UInt64) -> PixelImage {
    var random = RepeatableRandom(seed: seed)
    return shifted(by: array.map { _ in Int.random(in: -strength...strength, using: &random) })
  }

  /// The image with independent noise of −strength…strength in every sample of one channel.
  package borrowing func withNoise(strength: Int, seed: UInt64, channel: Int) -> PixelImage {
    var random = RepeatableRandom(seed: seed)
    let depth = channels.rawValue
    return shifted(
      by: array.indices.map { $0 % depth == channel ? Int.random(in: -strength...strength, using: &random) : 0 })
  }

  /// That many levels up or down: with a sign for each sample of those channels, or with one for all channels of a pixel.
  package borrowing func withSigns(
    of levels: Int, seed: UInt64, channels: Set<Int> = [0, 1, 2], isShared: Bool = false
  ) -> PixelImage {
    var random = RepeatableRandom(seed: seed)
    let depth = self.channels.rawValue
    let signs = array.map { _ in Bool.random(using: &random) ? levels : -levels }
    return shifted(
      by: signs.indices.map { channels.contains($0 % depth) ? signs[isShared ? $0 / depth * depth : $0] : 0 })
  }

  /// The sum of twelve even deviates in every sample, which is nearly normal.
  package borrowing func withNormalNoise(of deviation: Double, seed: UInt64 = 1) -> PixelImage {
    var random = RepeatableRandom(seed: seed)
    return shifted(
      by: array.map { _ in
        let sum = (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: -0.5...0.5, using: &random) }
        return Int((deviation * sum).rounded())
      })
  }

  /// The image with a number added to each sample, clipped.
  package borrowing func shifted(by shift: [Int]) -> PixelImage {
    let samples = zip(array, shift).map { UInt8(max(0, min(255, Int($0) + $1))) }
    return PixelImage(samples, width: size.width, height: size.height, channels: channels)
  }

  /// Green and the others in opposite checkers: both colour differences swing between 255 and −255 from one pixel to the next.
  package static func oppositeCheckers(side: Int) -> PixelImage {
    let samples: [UInt8] = (0..<side * side).flatMap { pixel -> [UInt8] in
      (pixel % side + pixel / side) % 2 == 0 ? [255, 0, 255] : [0, 255, 0]
    }
    return PixelImage(samples, width: side, height: side, channels: .rgb)
  }

  /// A picture without noise: slow waves of colour.
  package static func smooth(width: Int, height: Int, channels: PixelChannels, phase: Double = 0) -> PixelImage {
    let samples = (0..<width * height * channels.rawValue).map { index in
      let (pixel, channel) = (index / channels.rawValue, index % channels.rawValue)
      let (x, y) = (Double(pixel % width) / 40, Double(pixel / width) / 55)
      // A triangle wave needs no mathematics library and has no steps.
      let wave = abs(((x + 0.7 * y + phase + 0.3 * Double(channel)).truncatingRemainder(dividingBy: 2)) - 1)
      return UInt8(60 + 120 * wave)
    }
    return PixelImage(samples, width: width, height: height, channels: channels)
  }
}

extension PixelImage {
  /// The image with another one pasted in.
  package borrowing func pasting(_ other: borrowing PixelImage, x: Int, y: Int) -> PixelImage {
    var result = clone()
    for line in 0..<other.size.height {
      var row = result.mutableRow(y + line)
      row.copy(from: other.row(line), at: x * channels.rawValue)
    }
    return result
  }
}
