import Detectors
import Pixels
import TestSupport
import Testing

struct PatchEvidenceTests {
  @Test(arguments: [(8, 8), (23, 12), (30, 41)])
  func findsTheBestOfAllWindows(width: Int, height: Int) throws {
    let image = PixelImage.noise(width: width, height: height, channels: .rgb)
    let residual = NaivePlane.brightness(image).residual
    let total = residual.meanMagnitude(0..<width, 0..<height) * Double(width * height)
    var best = -1.0
    for part in [0.2, 0.2 * 2.0.squareRoot(), 0.4] {
      let side = max(2, Int((part * Double(min(width, height))).rounded()))
      for y in 0...height - side {
        for x in 0...width - side {
          let sum = residual.meanMagnitude(x..<x + side, y..<y + side) * Double(side * side)
          let outside = (total - sum) / Double(width * height - side * side)
          best = max(best, sum / Double(side * side) / (outside + 2))
        }
      }
    }
    let score = try #require(PatchEvidence(sizes: 0.2...0.4).score(image).value)
    #expect(abs(score - best) < 1e-9)
  }

  @Test(arguments: PixelChannels.allCases, [(30, 20), (0, 0), (100, 92)])
  func findsAPastedPatch(channels: PixelChannels, place: (x: Int, y: Int)) throws {
    let clean = PixelImage.smooth(width: 128, height: 120, channels: channels)
    let side = 28
    let patched = clean.pasting(
      .noise(width: side, height: side, channels: channels), x: place.x, y: place.y)
    let detector = PatchEvidence()
    let score = detector.score(patched)
    #expect(try #require(score.value) > #require(detector.score(clean).value) + 3)
    let region = try #require(score.region)
    #expect(region.lies(within: patched.size))
    let width = min(region.x + region.size.width, place.x + side) - max(region.x, place.x)
    let height = min(region.y + region.size.height, place.y + side) - max(region.y, place.y)
    #expect(width >= 17 && height >= 17, "\(region)")
    let entropy = score.measurements.map(\.value)
    #expect(entropy[0] > entropy[1])
  }

  /// The sums over such windows are longer than those that usual sizes need.
  @Test func largeImagesAreJudgedAsSmallOnes() throws {
    let smooth = PixelImage.smooth(width: 640, height: 620, channels: .gray)
    let patched = smooth.pasting(.noise(width: 310, height: 310, channels: .gray), x: 200, y: 100)
    let score = PatchEvidence(sizes: 0.5...0.5).score(patched)
    let residual = NaivePlane.brightness(patched).residual
    let inside = residual.meanMagnitude(200..<510, 100..<410)
    let total = residual.meanMagnitude(0..<640, 0..<620) * 640 * 620
    let outside = (total - inside * 310 * 310) / (640 * 620 - 310 * 310)
    #expect(abs(try #require(score.value) - inside / (outside + 2)) < 1e-9)
    #expect(score.region == PixelRegion(x: 200, y: 100, size: PixelSize(width: 310, height: 310)))
  }

  @Test func constantImagesScoreZero() {
    let image = PixelImage([UInt8](repeating: 9, count: 400), width: 20, height: 20, channels: .gray)
    #expect(PatchEvidence().score(image).value == 0)
    #expect(PatchEvidence().score(image).measurements.map(\.value) == [0, 0])
  }

  @Test func smallImagesGetNoStatement() {
    #expect(PatchEvidence().score(.noise(width: 7, height: 90, channels: .rgb)).value == nil)
    #expect(PatchEvidence(sizes: 0.05...0.5).score(.noise(width: 8, height: 90, channels: .rgb)).value != nil)
  }
}
