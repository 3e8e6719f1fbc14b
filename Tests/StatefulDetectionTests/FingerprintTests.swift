import Pixels
import StatefulDetection
import TestSupport
import Testing

@Suite struct FingerprintTests {
  /// The definition, number for number.
  private static func reference(_ samples: [UInt8], width: Int, height: Int, depth: Int) -> [UInt8] {
    var means: [UInt8] = []
    for row in 0..<16 {
      for column in 0..<16 {
        let (top, left) = (row * height / 16, column * width / 16)
        let (bottom, right) = (max(top + 1, (row + 1) * height / 16), max(left + 1, (column + 1) * width / 16))
        for channel in 0..<3 {
          var values: [Int] = []
          for y in top..<bottom {
            for x in left..<right { values.append(Int(samples[(y * width + x) * depth + min(channel, depth - 1)])) }
          }
          means.append(UInt8((2 * values.reduce(0, +) + values.count) / (2 * values.count)))
        }
      }
    }
    return means
  }

  @Test(
    arguments: [(16, 16), (224, 224), (225, 227), (1, 1), (3, 40), (299, 17)], [PixelChannels.rgb, .gray])
  func isTheMeansOfBlocks(size: (width: Int, height: Int), channels: PixelChannels) {
    var random = RepeatableRandom(seed: 7)
    let samples = (0..<size.width * size.height * channels.rawValue).map { _ in
      UInt8.random(in: .min ... .max, using: &random)
    }
    let image = PixelImage(samples, width: size.width, height: size.height, channels: channels)
    #expect(
      Fingerprint(of: image).bytes
        == Self.reference(samples, width: size.width, height: size.height, depth: channels.rawValue))
  }

  @Test(arguments: [0, 1, 767, 769, 1536])
  func hasOneLength(count: Int) {
    #expect(Fingerprint(bytes: [UInt8](repeating: 0, count: count)) == nil)
  }

  @Test func mirrorsBlocksAndNotChannels() throws {
    let fingerprint = try #require(Fingerprint(bytes: (0..<768).map { UInt8(truncatingIfNeeded: $0 * 7) }))
    let mirrored = fingerprint.mirrored.bytes
    for row in 0..<16 {
      for column in 0..<16 {
        let (here, there) = ((row * 16 + column) * 3, (row * 16 + 15 - column) * 3)
        #expect(mirrored[here..<here + 3] == fingerprint.bytes[there..<there + 3])
      }
    }
    #expect(fingerprint.mirrored.mirrored == fingerprint)
  }
}
