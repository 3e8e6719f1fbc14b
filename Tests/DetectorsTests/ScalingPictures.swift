import Glibc
import Pixels
import TestSupport

/// Pictures drawn for the tests of scaling attacks.
enum ScalingPictures {
  static func size(_ size: PixelSize, dividedBy ratio: Double) -> PixelSize {
    PixelSize(
      width: Int((Double(size.width) / ratio).rounded()), height: Int((Double(size.height) / ratio).rounded()))
  }

  /// Soft shading.
  static func smooth(width: Int, height: Int) -> PixelImage {
    drawn(width, height) { x, y, channel in 128 + 90 * sin(0.013 * x + 0.4 * channel) * cos(0.017 * y) }
  }

  /// Shading, bars of several periods, and noise.
  static func textured(width: Int, height: Int) -> PixelImage {
    var random = RepeatableRandom(seed: 5)
    return drawn(width, height) { x, y, channel in
      let bars = 25 * sin(0.9 * x + 0.31 * y) + 20 * sin(0.23 * x - 1.1 * y)
      return 120 + 40 * sin(0.02 * x + channel) + bars + Double.random(in: -20...20, using: &random)
    }
  }

  /// A picture unlike the others: bright and dark squares.
  static func other(width: Int, height: Int) -> PixelImage {
    drawn(width, height) { x, y, _ in (Int(x) / 6 + Int(y) / 6).isMultiple(of: 2) ? 215 : 30 }
  }

  static func largestDifference(_ a: borrowing PixelImage, _ b: borrowing PixelImage) -> Int {
    zip(a.array, b.array).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }

  static func meanDifference(_ a: borrowing PixelImage, _ b: borrowing PixelImage) -> Double {
    let differences = zip(a.array, b.array).map { abs(Double($0) - Double($1)) }
    return differences.reduce(0, +) / Double(differences.count)
  }

  static func shareOfDifferentSamples(_ a: borrowing PixelImage, _ b: borrowing PixelImage) -> Double {
    let (a, b) = (a.array, b.array)
    return Double(zip(a, b).count { $0 != $1 }) / Double(a.count)
  }

  private static func drawn(_ width: Int, _ height: Int, _ value: (Double, Double, Double) -> Double) -> PixelImage {
    var samples: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 { samples.append(UInt8(min(255, max(0, value(Double(x), Double(y), Double(channel)))))) }
      }
    }
    return PixelImage(samples, width: width, height: height, channels: .rgb)
  }
}
