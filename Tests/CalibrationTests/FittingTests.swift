import Calibration
import Common
import Decision
import Foundation
import TestSupport
import Testing

@Suite struct FittingTests {
  static let origin = ImageOrigin(isGray: false, format: "png", subsampling: nil, quality: nil, scale: 1)
  static let detectors = [
    UncalibratedDetector(name: "sharp", kind: "featureSqueezing", weight: 1, group: "classifier", isFitted: true),
    UncalibratedDetector(name: "copy", kind: "featureSqueezing", weight: 1, group: "classifier", isFitted: true),
    UncalibratedDetector(name: "blind", kind: "featureSqueezing", weight: 1, group: "classifier", isFitted: true),
    UncalibratedDetector(name: "noise", kind: "chromaResidual", weight: 1, group: "image", isFitted: false),
  ]

  /// Two detectors that see the attack, the second a copy of the first, one that sees nothing, one that abstains now
  /// and then.
  static func images(_ count: Int, attack: String?, seed: UInt64) -> [ScoredImage] {
    var random = RepeatableRandom(seed: seed)
    return (0..<count).map { index in
      let seen = Double.random(in: 0...1, using: &random) + (attack == nil ? 0 : 0.8)
      let digits = String(UInt64.random(in: 0...UInt64.max, using: &random), radix: 16)
      return ScoredImage(
        digest: String(repeating: "0", count: 16 - digits.count) + digits, kind: ScoredImage.original, attack: attack,
        origin: origin,
        scores: [
          seen, seen, Double.random(in: 0...1, using: &random),
          index % 5 == 0 ? nil : Double.random(in: 0...1, using: &random),
        ], baseline: seen, predictedClass: 1)
    }
  }

  static func fitting(rate: Double = 0.05) -> CalibrationFitting {
    CalibrationFitting(
      identity: CalibrationIdentity(filterName: "t", filterDigest: "", files: []), detectors: detectors,
      terms: .init(budget: rate), date: "2026-01-02", sha256: { String($0.count) })
  }

  @Test("without attacks the weights are those of the filter file")
  func cleanOnly() throws {
    let calibration = try Self.fitting().calibration(
      clean: Self.images(300, attack: nil, seed: 1), adversarial: [])
    #expect(calibration.fused.origin == .filter && calibration.fused.weights == [1, 1, 1, 1])
    #expect(calibration.attacks.isEmpty && calibration.heldOut.isEmpty)
    #expect(calibration.groups.map(\.name) == ["classifier", "image"])
    #expect(calibration.groups.map(\.members) == [[0, 1, 2], [3]])
    #expect(calibration.groups.map(\.score.weights) == [[1, 1, 1], [1]])
  }

  @Test("a fit counts on what sees the attack, not on what is blind, and leaves unfitted weights alone")
  func fittedWeights() throws {
    let calibration = try Self.fitting().calibration(
      clean: Self.images(300, attack: nil, seed: 1), adversarial: Self.images(80, attack: "a", seed: 2))
    let weights = calibration.fused.weights
    #expect(weights[0] > weights[2] + 0.3, "\(weights)")
    #expect(abs(weights[0] - weights[1]) < 1e-6)
    #expect(weights[3] == 1)
    #expect(weights.allSatisfy { $0 >= 0 } && abs(weights[0] + weights[1] + weights[2] - 3) < 1e-9)
    #expect(calibration.attacks.map(\.name) == ["a"] && calibration.attacks[0].sample.count == 80)
    // With its only attack left out, nothing is left to fit on.
    #expect(calibration.heldOut["a"]?.fused.weights == [1, 1, 1, 1])
  }

  @Test("an attack that is left out takes its pictures with it, also where another attack came to the same")
  func sharedPictures() throws {
    let attacked = Self.images(80, attack: "a", seed: 2)
    let same = attacked.map { image in
      var image = image
      image.attack = "b"
      return image
    }
    let calibration = try Self.fitting().calibration(
      clean: Self.images(300, attack: nil, seed: 1), adversarial: attacked + same)
    #expect(calibration.fused.weights != [1, 1, 1, 1])
    for name in ["a", "b"] { #expect(calibration.heldOut[name]?.fused.weights == [1, 1, 1, 1]) }
  }

  @Test("the budget holds although two detectors say the same", arguments: [false, true], DecisionRule.allCases)
  func holdsUnderDependence(isFitted: Bool, rule: DecisionRule) throws {
    let calibration = try Self.fitting().calibration(
      clean: Self.images(600, attack: nil, seed: 1),
      adversarial: isFitted ? Self.images(80, attack: "a", seed: 2) : [])
    for budget in [0.05, 0.2] {
      let decision = Decision(calibration, rule: rule, budget: budget)
      let fresh = Self.images(2000, attack: nil, seed: 3)
      let rate =
        Double(
          fresh.count { decision.decide($0.scores, .init(origin: $0.origin, confidence: $0.confidence)).isFlagged })
        / 2000
      // 600 clean images give the threshold: its own error, and that of 2,000 images.
      let deviation = (budget * (1 - budget) * (1 / 600.0 + 1 / 2000)).squareRoot()
      #expect(rate < budget + 4 * deviation, "\(rate)")
      // Whoever divides the budget among witnesses that say the same does not spend all of it.
      #expect(rule != .fused || rate > budget - 4 * deviation, "\(rate)")
    }
  }

  @Test("an image is compared with all of which the classifier is as sure, not with those of them that score alike")
  func equallySure() throws {
    let detectors = ["a", "b", "c"].map {
      UncalibratedDetector(name: $0, kind: "featureSqueezing", weight: 1, group: "classifier", isFitted: true)
    }
    let fitting = CalibrationFitting(
      identity: CalibrationIdentity(filterName: "t", filterDigest: "", files: []), detectors: detectors,
      terms: .init(budget: 0.05), date: "2026-01-02", sha256: { String($0.count) })
    var random = RepeatableRandom(seed: 5)
    // A probability in 8 bits is the same for half of the images.
    let clean = Self.images(600, attack: nil, seed: 5).enumerated().map { index, image in
      var image = image
      image.scores = (0..<3).map { _ in Double.random(in: 0..<1, using: &random) }
      image.confidence = index % 2 == 0 ? 20.7 : Double.random(in: -2..<8, using: &random)
      return image
    }
    let calibration = try fitting.calibration(clean: clean, adversarial: [])
    // One clean image in twelve scores more, at each of three detectors that know nothing of each other.
    let decision = Decision(calibration, rule: .fused, budget: 0.05)
    #expect(decision.decide([0.92, 0.92, 0.92], .init(origin: Self.origin, confidence: 20.7)).isFlagged)
    #expect(try fitting.calibration(clean: clean.reversed(), adversarial: []) == calibration)
  }

  @Test(
    "photographs are taken apart by confidence where every fold has enough of them, and else for no part of the fit",
    arguments: [(239, 1, false), (240, 1, false), (299, 1, false), (350, 1, true), (299, 3, false), (350, 3, true)])
  func neighbourhoods(photographs: Int, kinds: Int, hasThem: Bool) throws {
    let detector = UncalibratedDetector(
      name: "one", kind: "featureSqueezing", weight: 1, group: "classifier", isFitted: true, witnesses: ["mirror"])
    let fitting = CalibrationFitting(
      identity: CalibrationIdentity(filterName: "t", filterDigest: "", files: []), detectors: [detector],
      terms: .init(budget: 0.05), date: "2026-01-02", witnesses: [.init(name: "mirror", milliseconds: 0)],
      sha256: { String($0.count) })
    var random = RepeatableRandom(seed: 11)
    /// The less sure the classifier is, the higher images score.
    func scored(_ count: Int, _ seed: UInt64) -> [ScoredImage] {
      Self.images(count, attack: nil, seed: seed).map { image in
        var image = image
        let confidence = Double.random(in: 0..<8, using: &random)
        image.scores = [20 - confidence + Double.random(in: 0..<1, using: &random)]
        image.confidence = confidence
        return image
      }
    }
    let clean = scored(photographs, 1).flatMap { image in
      (0..<kinds).map { kind in
        var image = image
        image.kind = kind == 0 ? ScoredImage.original : "change \(kind)"
        return image
      }
    }
    let calibration = try fitting.calibration(clean: clean, adversarial: [])
    #expect((calibration.detectors[0].byConfidence.neighbourhoods.count > 1) == hasThem)
    #expect(calibration.lacksNeighbourhoods == !hasThem)
    // One score is as good as the other where a single detector decides. It must be the same in the thresholds.
    let decision = Decision(calibration, rule: .fused, budget: 0.2)
    let flagged = scored(2000, 2).count {
      decision.decide($0.scores, .init(origin: $0.origin, confidence: $0.confidence)).isFlagged
    }
    #expect((230...620).contains(flagged), "\(flagged)")
  }

  @Test("the fit is where the loss is least: no small step makes it less")
  func fitIsTheMinimum() {
    let fitting = FusionFitting(prior: [1, 1], isFitted: [true, true])
    var random = RepeatableRandom(seed: 9)
    let examples = (0..<200).map { index in
      FusionFitting.Example(
        evidence: [
          Double.random(in: 0...2, using: &random) + (index % 2 == 0 ? 0.7 : 0),
          Double.random(in: 0...2, using: &random),
        ], isAdversarial: index % 2 == 0, weight: 1)
    }
    let best = fitting.minimum(examples, anchor: [0.3, 0.3], bias: 0, strength: 0.1)
    func loss(_ weights: [Double], _ bias: Double) -> Double {
      let terms = examples.map { example in
        let sum = zip(weights, example.evidence).reduce(bias) { $0 + $1.0 * $1.1 }
        return log(1 + exp(example.isAdversarial ? -sum : sum))
      }
      return terms.reduce(0, +) / 200 + 0.05 * weights.reduce(0) { $0 + ($1 - 0.3) * ($1 - 0.3) }
    }
    let least = loss(best.weights, best.bias)
    for step in [-0.01, 0.01] {
      #expect(loss([best.weights[0] + step, best.weights[1]], best.bias) >= least)
      if best.weights[1] + step >= 0 { #expect(loss([best.weights[0], best.weights[1] + step], best.bias) >= least) }
      #expect(loss(best.weights, best.bias + step) >= least)
    }
  }

  @Test("too few images and images all alike are refused with what to do")
  func unusableSets() {
    for clean in [[], Self.images(1, attack: nil, seed: 1), Self.images(18, attack: nil, seed: 1)] {
      let error = #expect(throws: SluiceError.self) { try Self.fitting().calibration(clean: clean, adversarial: []) }
      #expect(error?.code == .tooFewImages && error?.message.contains("19") == true)
    }
    var alike = Self.images(50, attack: nil, seed: 1)
    for index in alike.indices { alike[index].scores = [0.5, 0.5, nil, 0.1] }
    let error = #expect(throws: SluiceError.self) { try Self.fitting().calibration(clean: alike, adversarial: []) }
    #expect(error?.message.contains("same scores") == true)
  }

  @Test("the sample is the same whatever the order, never larger than it may be, and counts an image once")
  func digestSample() {
    var random = RepeatableRandom(seed: 4)
    let digests = (0..<5000).map { _ in String(UInt64.random(in: 1 << 60...UInt64.max, using: &random), radix: 16) }
    func sampled(_ digests: [String]) -> [String] {
      var sample = DigestSample(capacity: 100)
      for digest in digests { _ = sample.enter(digest) }
      return sample.sorted()
    }
    let expected = Array(digests.sorted().prefix(100))
    #expect(sampled(digests) == expected && sampled(digests.reversed()) == expected)
    #expect(sampled(digests + digests) == expected)
    var sample = DigestSample(capacity: 3)
    #expect(sample.enter("a") && !sample.enter("a"))
    #expect(sample.holds("a") && !sample.holds("b"))
  }
}
