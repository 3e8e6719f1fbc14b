import Common
import Detectors
import Foundation
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers
import TestSupport
import Testing

struct ScalingAttackTests {
  private func value(_ image: borrowing PixelImage, _ size: PixelSize, _ measure: ScalingMeasure) -> Double {
    ScalingAttack(measure: measure).score(image, scaledTo: size).value ?? -1
  }

  /// Measures that tell drawn attacks from drawn clean pictures, textured ones among them, at every ratio.
  private static let reliable: [ScalingMeasure] = [.samplingExcess, .localExcess, .samplingDifference, .peakDistance]

  @Test(arguments: ScalingAttackGenerator.Scaler.allCases, [2.5, 4, 7.3])
  func attacksScoreHigherThanCleanPictures(scaler: ScalingAttackGenerator.Scaler, ratio: Double) {
    let smooth = ScalingPictures.smooth(width: 230, height: 190)
    let textured = ScalingPictures.textured(width: 230, height: 190)
    let size = ScalingPictures.size(smooth.size, dividedBy: ratio)
    let target = ScalingPictures.other(width: size.width, height: size.height)
    let generator = ScalingAttackGenerator(scaler)
    let first = generator.attack(smooth, target: target)
    let second = generator.attack(textured, target: target)
    for measure in Self.reliable {
      let clean = max(value(smooth, size, measure), value(textured, size, measure))
      let attacked = min(value(first, size, measure), value(second, size, measure))
      #expect(attacked > clean, "\(measure): clean \(clean), attacked \(attacked)")
    }
    #expect(value(first, size, .samplingExcess) > 25)
    #expect(value(textured, size, .samplingExcess) < 15)
  }

  @Test func anAttackOnAPartIsSeenWhereItIs() throws {
    let source = ScalingPictures.textured(width: 320, height: 240)
    let size = PixelSize(width: 80, height: 60)
    let generator = ScalingAttackGenerator(.bilinear)
    var samples = generator.downscaled(source, to: size).array
    for y in 40..<50 {
      for index in (y * 80 + 60) * 3..<(y * 80 + 70) * 3 { samples[index] = 255 }
    }
    let attack = generator.attack(source, target: PixelImage(samples, width: 80, height: 60, channels: .rgb))
    let score = ScalingAttack(measure: .localExcess).score(attack, scaledTo: size)
    #expect(try #require(score.value) > 1.5 * value(source, size, .localExcess))
    let region = try #require(score.region)
    #expect(region.lies(within: source.size))
    let (middleX, middleY) = (region.x + region.size.width / 2, region.y + region.size.height / 2)
    #expect((240...280).contains(middleX) && (160...200).contains(middleY))
  }

  @Test(arguments: ScalingAttackGenerator.Scaler.allCases)
  func theAntialiasedResizeDefusesTheAttack(scaler: ScalingAttackGenerator.Scaler) {
    let source = ScalingPictures.textured(width: 360, height: 280)
    let size = PixelSize(width: 60, height: 47)
    let target = ScalingPictures.other(width: size.width, height: size.height)
    let attack = ScalingAttackGenerator(scaler).attack(source, target: target)
    let seen = attack.trappingResized(to: size, filter: .bilinear)
    let honest = source.trappingResized(to: size, filter: .bilinear)
    let fromSource = ScalingPictures.meanDifference(seen, honest)
    let fromTarget = ScalingPictures.meanDifference(seen, target)
    #expect(fromSource * 2 < fromTarget, "from source \(fromSource), from target \(fromTarget)")
  }

  @Test func abstainsWhereThereIsNoRoomForAnAttack() {
    let image = ScalingPictures.textured(width: 100, height: 80)
    for size in [
      PixelSize(width: 67, height: 54), PixelSize(width: 100, height: 80), PixelSize(width: 400, height: 200),
    ] {
      for measure in ScalingMeasure.allCases {
        let score = ScalingAttack(measure: measure).score(image, scaledTo: size)
        #expect(score.value == nil && !score.sentence.isEmpty)
      }
    }
    // One axis is enough, and so is a ratio of one and a half.
    for height in [53, 40] {
      #expect(ScalingAttack().score(image, scaledTo: PixelSize(width: 100, height: height)).value != nil)
    }
  }

  @Test func theScoreIsTheChosenMeasureAndSaysWhatWasSeen() throws {
    let source = ScalingPictures.smooth(width: 200, height: 160)
    let size = PixelSize(width: 50, height: 40)
    let attack = ScalingAttackGenerator(.nearest).attack(
      source, target: ScalingPictures.other(width: size.width, height: size.height))
    for measure in ScalingMeasure.allCases {
      let score = ScalingAttack(measure: measure).score(attack, scaledTo: size)
      let named = score.measurements.filter { $0.name == measure.rawValue }
      #expect(named.count == 1 && named.first?.value == score.value)
    }
    #expect(
      ScalingAttack().score(attack, scaledTo: size).sentence.hasPrefix(
        "scaled down by nearest neighbours, the picture would be another one"))
    #expect(ScalingAttack().score(source, scaledTo: size).sentence.contains("would stay about the same"))
  }

  @Test func anEnlargedPictureIsNotSuspicious() {
    let small = ScalingPictures.textured(width: 60, height: 50)
    for filter in ResampleFilter.allCases {
      let large = small.trappingResized(to: PixelSize(width: 240, height: 200), filter: filter)
      #expect(value(large, small.size, .samplingExcess) < 15, "\(filter)")
    }
  }

  @Test func hostileShapesHaveFiniteScores() {
    for shape in TestShape.all(upTo: 6) {
      let image = shape.noise()
      expectFiniteScores(image)
    }
    let tall = PixelImage.noise(width: 1, height: 700, channels: .rgb)
    expectFiniteScores(tall)
  }

  private func expectFiniteScores(_ image: borrowing PixelImage) {
    let shape = image.size
    for size in [PixelSize(width: 1, height: 1), PixelSize(width: 2, height: 1), PixelSize(width: 300, height: 3)] {
      for measure in ScalingMeasure.allCases {
        let score = ScalingAttack(measure: measure).score(image, scaledTo: size)
        #expect(score.value?.isFinite ?? true, "\(shape) to \(size), \(measure)")
        #expect(score.measurements.allSatisfy { $0.value.isFinite })
      }
    }
  }

  @Test(arguments: PixelChannels.allCases)
  func constantImagesAreNotSuspicious(channels: PixelChannels) {
    for level in [UInt8(0), 77, 255] {
      let samples = [UInt8](repeating: level, count: 90 * 70 * channels.rawValue)
      let image = PixelImage(samples, width: 90, height: 70, channels: channels)
      for size in [PixelSize(width: 20, height: 20), PixelSize(width: 36, height: 28), PixelSize(width: 2, height: 1)] {
        for measure in ScalingMeasure.allCases {
          #expect(abs(value(image, size, measure)) < 1e-3, "\(measure) \(size)")
        }
      }
    }
  }

  @Test func everyMeasureCanBeChosen() throws {
    let parameter = try #require(ScalingAttack.kind.parameters.first)
    for measure in ScalingMeasure.allCases {
      var values = ParameterValues(defaultsOf: ScalingAttack.kind.parameters)
      values.set(parameter, to: measure.rawValue)
      let made = try ScalingAttack.kind.make(GivenArguments(values)) as? ScalingAttack
      #expect(made?.measure == measure)
    }
  }
}
