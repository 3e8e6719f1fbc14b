import Calibration
import Decision
import TestSupport
import Testing

@Suite struct DetectorAblationTests {
  static let origin = ImageOrigin(isGray: false, format: "png", subsampling: nil, quality: nil, scale: 1)

  /// A witness that sees everything, and `blind` others that say as much about clean images as about adversarial ones.
  static func images(_ count: Int, attack: String?, blind: Int, seed: UInt64) -> [ScoredImage] {
    var random = RepeatableRandom(seed: seed)
    return (0..<count).map { index in
      let digits = String(UInt64.random(in: 0...UInt64.max, using: &random), radix: 16)
      let noise = (0..<blind).map { _ in Double.random(in: 0...1, using: &random) as Double? }
      let seen = Double.random(in: 0...1, using: &random) * (attack == nil ? 1 : 0.02) + (attack == nil ? 0 : 0.98)
      return ScoredImage(
        digest: String(repeating: "0", count: 16 - digits.count) + digits, kind: ScoredImage.original, attack: attack,
        origin: origin, scores: [seen] + noise, baseline: nil, predictedClass: 1)
    }
  }

  static func review(blind: Int, rule: DecisionRule, groups: [String]) throws -> [DetectorAblation.Suggestion] {
    let detectors = groups.enumerated().map { index, group in
      UncalibratedDetector(
        name: index == 0 ? "sharp" : "blind\(index)", kind: "featureSqueezing", weight: 1, group: group, isFitted: false
      )
    }
    let clean = images(400, attack: nil, blind: blind, seed: 1)
    let calibration = try CalibrationFitting(
      identity: CalibrationIdentity(filterName: "t", filterDigest: "", files: []), detectors: detectors,
      terms: .init(budget: 0.05), date: "2026-01-02", sha256: { String($0.count) }
    ).calibration(clean: clean, adversarial: [])
    return DetectorAblation(
      Decision(calibration, rule: rule, budget: 0.05), clean: clean,
      adversarial: images(100, attack: "a", blind: blind, seed: 2)
    ).suggestions
  }

  @Test("a witness that drowns among blind ones is named, and what dilutes it as well")
  func dilution() throws {
    let suggestions = try Self.review(blind: 6, rule: .fused, groups: Array(repeating: "g", count: 7))
    let own = try #require(suggestions.first { $0.change == .ownGroup(attack: "a") })
    #expect(own.detector == "sharp" && own.after.value > own.before.value + 0.2)
    #expect(own.text.contains("`sharp`") && own.text.contains("`group`"))
    let left = suggestions.filter { $0.change == .leaveOut }
    #expect(!left.isEmpty && left.allSatisfy { $0.detector.hasPrefix("blind") })
    let gains = suggestions.map { $0.after.value - $0.before.value }
    #expect(gains == gains.sorted(by: >))
  }

  @Test(
    "a group is advised where the rule has groups, and that rule where it has none", arguments: DecisionRule.allCases)
  func advice(rule: DecisionRule) throws {
    let found = try Self.review(blind: 6, rule: .fused, groups: Array(repeating: "g", count: 7))
    let (own, left) = (
      try #require(found.first { $0.change == .ownGroup(attack: "a") }),
      try #require(found.first { $0.change == .leaveOut })
    )
    #expect(own.rule == .fused && left.rule == .fused)
    func text(_ suggestion: DetectorAblation.Suggestion) -> String {
      var changed = suggestion
      changed.rule = rule
      return changed.text
    }
    #expect(text(own).contains(": use `rule: union` and give it a `group` of its own.") == (rule != .union))
    #expect(text(own).contains("give it a `group` of its own."))
    #expect(text(left).hasSuffix(rule == .union ? "leave it out, or give it a `group` of its own." : ": leave it out."))
  }

  @Test("an attack that weights were fitted on is judged by those that were fitted without it")
  func heldOut() throws {
    let detectors = ["sharp", "blind"].map {
      UncalibratedDetector(name: $0, kind: "featureSqueezing", weight: 1, group: "g", isFitted: false)
    }
    let clean = Self.images(400, attack: nil, blind: 1, seed: 1)
    let adversarial = Self.images(100, attack: "a", blind: 1, seed: 2)
    var calibration = try CalibrationFitting(
      identity: CalibrationIdentity(filterName: "t", filterDigest: "", files: []), detectors: detectors,
      terms: .init(budget: 0.05), date: "2026-01-02", sha256: { String($0.count) }
    ).calibration(clean: clean, adversarial: [])
    func flagged() throws -> Double {
      let suggestions = DetectorAblation(
        Decision(calibration, rule: .fused, budget: 0.05), clean: clean, adversarial: adversarial
      ).suggestions
      return try #require(suggestions.first { $0.detector == "blind" || $0.detector == "sharp" }).before.value
    }
    let whole = try flagged()
    var unseen = calibration.fused
    unseen.weights = [0, 1]
    calibration.heldOut = ["a": .init(fused: unseen, groups: [unseen])]
    calibration.attacks = [.init(name: "a", sample: adversarial.map(\.digest).sorted(), flaggedUnseen: 0)]
    // Without the witness that sees it, the attack is as any clean image.
    #expect(try flagged() < 0.2 && whole > 0.3)
  }

  @Test("a group of its own leaves nothing to suggest")
  func ownGroup() throws {
    let suggestions = try Self.review(
      blind: 6, rule: .union, groups: ["image"] + Array(repeating: "classifier", count: 6))
    #expect(!suggestions.contains { $0.detector == "sharp" }, "\(suggestions)")
  }

  @Test("without attacks, or with too few clean images for the budget, there is nothing to say")
  func nothingToSay() throws {
    #expect(try Self.review(blind: 0, rule: .fused, groups: ["g"]).isEmpty)
    let clean = Self.images(400, attack: nil, blind: 1, seed: 1)
    let detectors = (0..<2).map {
      UncalibratedDetector(name: "\($0)", kind: "featureSqueezing", weight: 1, group: "g", isFitted: false)
    }
    let calibration = try CalibrationFitting(
      identity: CalibrationIdentity(filterName: "t", filterDigest: "", files: []), detectors: detectors,
      terms: .init(budget: 0.05), date: "2026-01-02", sha256: { String($0.count) }
    ).calibration(clean: clean, adversarial: [])
    let decision = Decision(calibration, rule: .fused, budget: 0.05)
    #expect(DetectorAblation(decision, clean: clean, adversarial: []).suggestions.isEmpty)
    let few = DetectorAblation(
      decision, clean: Array(clean.prefix(19)), adversarial: Self.images(9, attack: "a", blind: 1, seed: 2))
    #expect(few.suggestions.isEmpty)
  }
}
