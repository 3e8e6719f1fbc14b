import Pixels

/// A small image shape for tests that go through many.
package struct TestShape: Sendable, CustomStringConvertible {
  package let width: Int
  package let height: Int
  package let channels: PixelChannels

  package var description: String { "\(width)×\(height) \(channels)" }

  package func noise() -> PixelImage {
    .noise(width: width, height: height, channels: channels, seed: UInt64(width * 1000 + height))
  }

  /// Every shape up to the given side, and a few that are wider than a vector register.
  package static func all(upTo side: Int) -> [TestShape] {
    PixelChannels.allCases.flatMap { channels in
      let small = (1...side).flatMap { width in
        (1...side).map { TestShape(width: width, height: $0, channels: channels) }
      }
      let wide = [(31, 3), (32, 2), (33, 5), (64, 3), (67, 2), (2, 40)].map {
        TestShape(width: $0.0, height: $0.1, channels: channels)
      }
      return small + wide
    }
  }
}
