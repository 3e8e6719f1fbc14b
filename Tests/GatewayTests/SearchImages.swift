import ImageCodecs
import Pixels
import TestSupport

/// Questions of somebody who feels for the boundary of the sample filter: a picture of a sign, which is clean, and the same
/// under a pattern that is flagged and that no mean of a block shows.
enum SearchImages {
  private static let side = 64
  private static let patternHeight = 24

  /// - Parameters:
  ///   - number: odd ones are flagged; each is another picture, by the brightness of a corner.
  static func image(_ number: Int) throws -> [UInt8] {
    let decoded = try ImageDecoder(limits: DecodeLimits()).decode(Signs.clean.span, keeping: [])
    var samples = decoded.takePixels().array
    for y in 0..<side {
      for x in 0..<side {
        for channel in 0..<3 {
          let place = (y * side + x) * 3 + channel
          if number % 2 == 1 {
            let level = Int(samples[place]) + ((x + y) % 2 == 1 ? patternHeight : -patternHeight)
            samples[place] = UInt8(min(max(level, 0), 255))
          }
          if y < 4, x < 4 { samples[place] = UInt8(100 + number % 40) }
          if y < 4, x >= side - 4 { samples[place] = UInt8(100 + number / 40 % 100) }
        }
      }
    }
    return try PixelImage(samples, width: side, height: side, channels: .rgb).encodedAsPNG()
  }

  /// So many that the last of them is part of a search that was noticed.
  static let enough = 20
}
