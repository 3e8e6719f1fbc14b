import Detectors
import Pixels
import TestSupport
import Testing

struct ScalingAttackGeneratorTests {
  @Test(arguments: ScalingAttackGenerator.Scaler.allCases, [2.5, 4, 7.3])
  func theAttackScalesDownToItsTarget(scaler: ScalingAttackGenerator.Scaler, ratio: Double) {
    let generator = ScalingAttackGenerator(scaler)
    let source = ScalingPictures.textured(width: 150, height: 120)
    let size = ScalingPictures.size(source.size, dividedBy: ratio)
    let target = ScalingPictures.other(width: size.width, height: size.height)
    let attack = generator.attack(source, target: target)
    #expect(ScalingPictures.largestDifference(generator.downscaled(attack, to: size), target) <= 2)
    // It changes no more than the scaler reads.
    let read = scaler == .nearest ? 1.0 : scaler == .bilinear ? 4 : 16
    #expect(ScalingPictures.shareOfDifferentSamples(attack, source) <= min(1, 1.1 * read / (ratio * ratio)))
  }

  @Test(arguments: [UnfilteredScaler.nearest, .bilinear, .bicubic])
  func theDetectorReadsWhatTheAttackerWrites(scaler: UnfilteredScaler) {
    let attackers: [UnfilteredScaler: ScalingAttackGenerator.Scaler] = [
      .nearest: .nearest, .bilinear: .bilinear, .bicubic: .bicubic,
    ]
    guard let attacker = attackers[scaler] else { return }
    for shape in TestShape.all(upTo: 5) where shape.channels == .gray {
      let image = shape.noise()
      for size in [PixelSize(width: 1, height: 1), PixelSize(width: 2, height: 3), PixelSize(width: 7, height: 4)] {
        let expected = ScalingAttackGenerator(attacker).downscaled(image, to: size).array
        let result = image.scaled(
          columns: scaler.taps(from: shape.width, to: size.width),
          rows: scaler.taps(from: shape.height, to: size.height))
        for (value, sample) in zip(result, expected) {
          #expect(abs(min(255, max(0, value)) - Float(sample)) < 0.51)
        }
      }
    }
  }
}
