import Common
import Detectors
import Pixels
import Squeezers
import TestSupport
import Testing

struct NoiseKurtosisTests {
  private func naive(_ image: borrowing PixelImage) -> Double {
    let planes: [NaivePlane] =
      image.channels == .gray
      ? [.brightness(image)] : [.green(image), .redLessGreen(image), .blueLessGreen(image)]
    return planes.map { plane in
      let noise = plane.filtered([[0, -0.25, 0], [-0.25, 1, -0.25], [0, -0.25, 0]])
      let blocks = noise.blocks(of: 11).map { values in
        let square = values.map { $0 * $0 }.reduce(0, +) / Double(values.count)
        let fourth = values.map { $0 * $0 * $0 * $0 }.reduce(0, +) / Double(values.count)
        return square > 1 ? min(9, fourth / (square * square)) : 9
      }
      return 3 - blocks.sorted()[blocks.count / 10]
    }.reduce(-6, max)
  }

  private func score(_ image: borrowing PixelImage) throws -> Double {
    try #require(NoiseKurtosis().score(image).value)
  }

  @Test func agreesWithTheDefinition() throws {
    for shape in TestShape.all(upTo: 6) {
      let image = shape.noise()
      #expect(abs(try score(image) - naive(image)) < 1e-4, "\(shape)")
    }
    for (width, height) in [(11, 11), (12, 23), (47, 33), (31, 150)] {
      for channels in PixelChannels.allCases {
        let image = PixelImage.noise(width: width, height: height, channels: channels)
        #expect(abs(try score(image) - naive(image)) < 1e-4, "\(width)×\(height)")
      }
    }
  }

  @Test(
    "signs of one size stand out from normal noise of any strength, and from none", arguments: PixelChannels.allCases)
  func signs(channels: PixelChannels) throws {
    let smooth = PixelImage.smooth(width: 88, height: 88, channels: channels)
    #expect(try score(smooth) < 0)
    for deviation in [3.0, 6, 12] { #expect(try score(smooth.withNormalNoise(of: deviation)) < 1) }
    #expect(try score(smooth.withSigns(of: 4, seed: 1)) > 1)
  }

  @Test("a part that was left untouched hides nothing")
  func strip() throws {
    let smooth = PixelImage.smooth(width: 88, height: 88, channels: .rgb)
    let signs = smooth.withSigns(of: 4, seed: 1)
    let kept = smooth.array.prefix(44 * 88 * 3) + signs.array.dropFirst(44 * 88 * 3)
    #expect(try score(PixelImage(Array(kept), width: 88, height: 88, channels: .rgb)) > 1)
  }

  @Test("one channel is enough, and so is one sign for all")
  func channels() throws {
    let smooth = PixelImage.smooth(width: 88, height: 88, channels: .rgb)
    for channel in 0..<3 { #expect(try score(smooth.withSigns(of: 4, seed: 1, channels: [channel])) > 1, "\(channel)") }
    #expect(try score(smooth.withSigns(of: 4, seed: 1, isShared: true)) > 1)
  }

  @Test func constantImagesHaveTheLeast() throws {
    #expect(try score(PixelImage([UInt8](repeating: 77, count: 300), width: 10, height: 10, channels: .rgb)) == -6)
  }

  @Test func measuresEverySignal() {
    let image = PixelImage.noise(width: 24, height: 24, channels: .rgb)
    let found = NoiseKurtosis().score(image)
    #expect(
      found.measurements.map(\.name) == ["green", "red minus green", "blue minus green"].map { "kurtosis of \($0)" })
    #expect(found.value == found.measurements.map { 3 - $0.value }.max())
  }
}

extension NaivePlane {
  /// The values of each block of a grid of blocks of that side or somewhat more.
  fileprivate func blocks(of side: Int) -> [[Double]] {
    let (columns, rows) = (max(1, width / side), max(1, height / side))
    var blocks: [[Double]] = []
    for row in 0..<rows {
      for column in 0..<columns {
        var values: [Double] = []
        for y in row * height / rows..<(row + 1) * height / rows {
          for x in column * width / columns..<(column + 1) * width / columns { values.append(self[x, y]) }
        }
        blocks.append(values)
      }
    }
    return blocks
  }
}
