import Classifiers
import Detectors
import Squeezers
import Testing

struct FeatureSqueezingTests {
  private let squeezers: [any Squeezer] = [BitDepth(bits: 5), Median(window: 2)]

  @Test func scoreIsTheLargestDistance() throws {
    let detector = FeatureSqueezing(squeezers.map { .init($0, .l1) })
    let (original, near, far) = (try prediction([3, 0]), try prediction([2.9, 0]), try prediction([0, 3]))
    let score = detector.score(.uniform(original, for: detector, squeezed: near, except: [1: far]))
    #expect(score.value == Distance.l1.between(original, far))
    #expect(score.sentence.contains("the class changes under median 2"))
    #expect(score.squeezed.map(\.topClass) == [0, 1])
  }

  @Test func distancesOfItsOwnAreScaledBeforeTheLargestIsTaken() throws {
    let detector = FeatureSqueezing([
      .init(squeezers[0], .l1, scale: 0.1), .init(squeezers[1], .kullbackLeibler, scale: 100),
    ])
    let (original, other) = (try prediction([2, 0]), try prediction([1, 0]))
    let score = detector.score(.uniform(original, for: detector, squeezed: other))
    #expect(score.value == Distance.l1.between(original, other) / 0.1)
    #expect(score.sentence.hasPrefix("bitDepth 5"))
    #expect(score.squeezed.map(\.distanceName) == ["l1", "kullbackLeibler"])
  }

  @Test func theTwoSidedFormSeesInstabilityAndSuspiciousStability() throws {
    let form = TwoSidedForm(center: -2, spread: 0.5, confidence: 0.9)
    let detector = FeatureSqueezing([.init(squeezers[1], .l1)], twoSided: form)
    func value(_ original: [Float], _ squeezed: [Float]) throws -> Double {
      try #require(
        detector.score(.uniform(try prediction(original), for: detector, squeezed: try prediction(squeezed))).value)
    }
    #expect(try value([9, 0], [0, 9]) > 4)
    #expect(try value([9, 0], [9.0001, 0]) > 4)
    // As stable, but not confident: nothing to wonder at.
    #expect(try value([0.1, 0], [0.1, 0]) == 0)
  }
}
