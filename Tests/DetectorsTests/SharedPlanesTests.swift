import Detectors
import Pixels
import TestSupport
import Testing

/// What detectors share must not change what any of them says, in whatever order they ask.
struct SharedPlanesTests {
  private static let detectors: [any ImageDetector] =
    ChromaResidual.Region.allCases.flatMap { region in
      ChromaResidual.Differences.allCases.flatMap { differences in
        ChromaResidual.Reference.allCases.map {
          ChromaResidual(region: region, differences: differences, relativeTo: $0)
        }
      }
    } + others

  private static let others: [any ImageDetector] = [
    NoiseWhiteness(), NoiseWhiteness(signal: .brightness), NoiseWhiteness(share: 0.5), NoiseKurtosis(),
    StripeConsistency(), StripeNoise(), StripeNoise(signal: .brightness), PatchEvidence(),
  ]

  private func expectSameScores(_ image: borrowing PixelImage, _ detectors: [any ImageDetector]) {
    let shared = SharedPlanes()
    for detector in detectors {
      let (alone, together) = (detector.score(image), detector.score(image, sharing: shared))
      #expect(together.value == alone.value, "\(detector)")
      #expect(together.sentence == alone.sentence, "\(detector)")
      #expect(together.region == alone.region, "\(detector)")
      #expect(together.measurements.map(\.name) == alone.measurements.map(\.name), "\(detector)")
      #expect(together.measurements.map(\.value) == alone.measurements.map(\.value), "\(detector)")
    }
  }

  @Test(arguments: PixelChannels.allCases, [(1, 1), (7, 19), (40, 33), (64, 64)])
  func detectorsSayTheSameAlone(channels: PixelChannels, size: (width: Int, height: Int)) {
    let image = PixelImage.noise(width: size.width, height: size.height, channels: channels)
    expectSameScores(image, Self.detectors)
    expectSameScores(image, Self.detectors.reversed())
  }

  @Test func imagesHavePlanesOfTheirOwn() {
    let smooth = PixelImage.smooth(width: 48, height: 40, channels: .rgb)
    let noisy = smooth.withNoise(strength: 9, seed: 4)
    let detector = ChromaResidual()
    #expect(
      detector.score(smooth, sharing: SharedPlanes()).value != detector.score(noisy, sharing: SharedPlanes()).value)
  }
}
