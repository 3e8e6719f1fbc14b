import Detectors
import Pixels
import TestSupport
import Testing

struct ChromaResidualTests {
  @Test func theWholeIsTheMeanResidual() throws {
    for shape in TestShape.all(upTo: 6) where shape.channels == .rgb {
      let image = shape.noise()
      let expected = NaivePlane.redLessGreen(image).residual.meanMagnitude(0..<shape.width, 0..<shape.height)
      let score = try #require(ChromaResidual(region: .whole).score(image).value)
      #expect(abs(score - expected) < 1e-9, "\(shape)")
    }
  }

  @Test func theFlattestIsTheMeanOfTheQuietestBlocks() throws {
    for (width, height) in [(8, 8), (9, 23), (40, 33), (31, 64)] {
      let image = PixelImage.noise(width: width, height: height, channels: .rgb)
      let residual = NaivePlane.redLessGreen(image).residual
      let (columns, rows) = (width / 8, height / 8)
      let means = (0..<rows).flatMap { row in
        (0..<columns).map { column in
          residual.meanMagnitude(
            column * width / columns..<(column + 1) * width / columns, row * height / rows..<(row + 1) * height / rows)
        }
      }
      let count = max(1, Int((Double(means.count) / 10).rounded(.up)))
      let expected = means.sorted().prefix(count).reduce(0, +) / Double(count)
      let score = try #require(ChromaResidual().score(image).value)
      #expect(abs(score - expected) < 1e-9, "\(width)×\(height)")
    }
  }

  @Test func theGreatestDifferencesDoNotOverflow() throws {
    // Red and green in opposite checkers: R − G swings between 255 and −255, in the sign pattern of the kernel.
    let samples: [UInt8] = (0..<24 * 24).flatMap { pixel -> [UInt8] in
      (pixel % 24 + pixel / 24) % 2 == 0 ? [255, 0, 0] : [0, 255, 0]
    }
    let image = PixelImage(samples, width: 24, height: 24, channels: .rgb)
    let expected = NaivePlane.redLessGreen(image).residual.meanMagnitude(0..<24, 0..<24)
    #expect(abs(try #require(ChromaResidual(region: .whole).score(image).value) - expected) < 1e-9)
    #expect(expected > 1500)
  }

  @Test(arguments: ChromaResidual.Region.allCases)
  func noiseRaisesTheScore(region: ChromaResidual.Region) throws {
    let detector = ChromaResidual(region: region)
    let smooth = PixelImage.smooth(width: 64, height: 48, channels: .rgb)
    var last = try #require(detector.score(smooth).value)
    for strength in [1, 2, 4, 8] {
      let score = try #require(detector.score(smooth.withNoise(strength: strength, seed: 3)).value)
      #expect(score > last)
      last = score
    }
  }

  @Test func aPatchRaisesTheWholeAndNotTheFlattest() throws {
    let clean = PixelImage.smooth(width: 64, height: 64, channels: .rgb)
    let patched = clean.pasting(.noise(width: 16, height: 16, channels: .rgb), x: 10, y: 20)
    #expect(
      try #require(ChromaResidual(region: .whole).score(patched).value)
        > #require(ChromaResidual(region: .whole).score(clean).value) + 1)
    #expect(ChromaResidual().score(patched).value == ChromaResidual().score(clean).value)
  }

  @Test func constantImagesHaveNone() {
    let image = PixelImage([UInt8](repeating: 77, count: 300), width: 10, height: 10, channels: .rgb)
    #expect(ChromaResidual().score(image).value == 0)
  }

  @Test func grayImagesGetNoStatement() {
    #expect(ChromaResidual().score(.noise(width: 9, height: 9, channels: .gray)).value == nil)
  }
}
