import Common
import Detectors
import Pixels
import Squeezers
import TestSupport
import Testing

struct ChromaResidualTests {
  private func naive(_ detector: ChromaResidual, _ image: borrowing PixelImage) -> Double {
    let red = NaivePlane.redLessGreen(image)
    let planes = detector.differences == .both ? [red, .blueLessGreen(image)] : [red]
    let brightness = NaivePlane.brightness(image).residual
    let isRelative = detector.reference == .brightness
    return planes.map { plane in
      let residual = plane.residual
      if detector.region == .whole {
        let (columns, rows) = (0..<plane.width, 0..<plane.height)
        let mean = residual.meanMagnitude(columns, rows)
        return isRelative ? mean / (brightness.meanMagnitude(columns, rows) + 6) : mean
      }
      let shares = zip(residual.blockMagnitudes, brightness.blockMagnitudes).map { isRelative ? $0 / ($1 + 6) : $0 }
      let count = max(1, Int((Double(shares.count) / 10).rounded(.up)))
      return shares.sorted().prefix(count).reduce(0, +) / Double(count)
    }.reduce(.infinity, min)
  }

  private static let detectors = ChromaResidual.Region.allCases.flatMap { region in
    ChromaResidual.Differences.allCases.flatMap { differences in
      ChromaResidual.Reference.allCases.map {
        ChromaResidual(region: region, differences: differences, relativeTo: $0)
      }
    }
  }

  @Test(arguments: detectors)
  func agreesWithTheDefinition(detector: ChromaResidual) throws {
    try expectAgreement(detector, channels: [.rgb]) { naive(detector, $0) }
  }

  @Test(arguments: ChromaResidual.Differences.allCases)
  func measuresBothRegions(differences: ChromaResidual.Differences) {
    let image = PixelImage.noise(width: 30, height: 21, channels: .rgb)
    let measured = ChromaResidual(differences: differences).score(image).measurements
    #expect(measured.map(\.name) == ["flattest", "whole"])
    #expect(
      measured.map(\.value)
        == ChromaResidual.Region.allCases.map { region in
          ChromaResidual(region: region, differences: differences).score(image).value
        })
  }

  @Test(arguments: ChromaResidual.Region.allCases)
  func detailInOneDifferenceCountsForThatAlone(region: ChromaResidual.Region) throws {
    let smooth = PixelImage.smooth(width: 64, height: 48, channels: .rgb)
    for (channel, redGreenIsHigh) in [(0, true), (2, false)] {
      let image = smooth.withNoise(strength: 20, seed: 3, channel: channel)
      let both = try #require(ChromaResidual(region: region).score(image).value)
      let redGreen = try #require(ChromaResidual(region: region, differences: .redGreen).score(image).value)
      #expect(both < 1, "channel \(channel)")
      #expect((redGreen > 5) == redGreenIsHigh, "channel \(channel)")
    }
  }

  @Test func theGreatestDifferencesDoNotOverflow() throws {
    let image = PixelImage.oppositeCheckers(side: 24)
    for detector in Self.detectors {
      let expected = naive(detector, image)
      #expect(abs(try #require(detector.score(image).value) - expected) < 1e-9)
      #expect(expected > (detector.reference == .brightness ? 1 : 1500))
    }
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

  @Test(
    "sharpening raises detail, and hardly its share in that of brightness; noise raises both",
    arguments: ChromaResidual.Region.allCases)
  func sharpening(region: ChromaResidual.Region) throws {
    let grain = PixelImage.smooth(width: 64, height: 48, channels: .rgb).withNoise(strength: 12, seed: 3, channel: 1)
    let sharp = grain.sharpened()
    let noisy = grain.withNoise(strength: 20, seed: 5)
    func rise(_ reference: ChromaResidual.Reference, _ image: borrowing PixelImage) throws -> Double {
      let detector = ChromaResidual(region: region, relativeTo: reference)
      return try #require(detector.score(image).value) / #require(detector.score(grain).value)
    }
    #expect(try rise(.nothing, sharp) > 1.8)
    #expect(try rise(.brightness, sharp) < 1.5)
    #expect(try rise(.brightness, noisy) > 1.2)
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

  @Test func everyRegionAndDifferenceCanBeChosen() throws {
    let kind = ChromaResidual.kind
    #expect(kind.parameters.map(\.name) == ["region", "differences", "relativeTo"])
    #expect(kind.parameters.map(\.permitted) == ["flattest, whole", "both, redGreen", "nothing, brightness"])
    for detector in Self.detectors {
      var values = ParameterValues(defaultsOf: kind.parameters)
      values.set(kind.parameters[0], to: detector.region.rawValue)
      values.set(kind.parameters[1], to: detector.differences.rawValue)
      values.set(kind.parameters[2], to: detector.reference.rawValue)
      let made = try kind.make(GivenArguments(values)) as? ChromaResidual
      #expect(made?.region == detector.region && made?.differences == detector.differences)
      #expect(made?.reference == detector.reference)
    }
    let usual = try kind.make(GivenArguments(ParameterValues(defaultsOf: kind.parameters))) as? ChromaResidual
    #expect(usual?.region == .flattest && usual?.differences == .both && usual?.reference == .nothing)
  }
}

extension PixelImage {
  /// Twice the image less the mean of each pixel's 3×3 neighbours: what raises detail in all channels alike.
  fileprivate borrowing func sharpened() -> PixelImage {
    let (width, height, depth) = (size.width, size.height, channels.rawValue)
    let samples = array.map { Int($0) }
    let shift = samples.indices.map { index in
      let (pixel, channel) = (index / depth, index % depth)
      var sum = 0
      for y in [-1, 0, 1] {
        for x in [-1, 0, 1] {
          let (column, row) = (min(max(pixel % width + x, 0), width - 1), min(max(pixel / width + y, 0), height - 1))
          sum += samples[(row * width + column) * depth + channel]
        }
      }
      return samples[index] - sum / 9
    }
    return shifted(by: shift)
  }
}
