import Common
import Decision
import Testing

@Suite struct DecisionTests {
  static let origin = ImageOrigin(isGray: false, format: "png", subsampling: nil, quality: nil, scale: 1)
  static let seen = Decision.Circumstances(origin: origin, confidence: 2)

  static func distribution(_ scores: [Double?]) -> StratifiedDistribution {
    StratifiedDistribution(scores.map { .init(score: $0, origin: origin, kind: "original") }, keepsKinds: false)
  }

  static func conditional(_ scores: [Double?]) -> ConditionalDistribution {
    ConditionalDistribution(scores.map { .init(score: $0, confidence: 1) }, size: nil)
  }

  /// Two detectors whose clean scores are 0.01 … 1, with weights 3 and 1, each a group of its own.
  static func calibration(count: Int = 100) -> Calibration {
    let scores = (1...count).map { Double($0) / Double(count) as Double? }
    func fused(_ weights: [Double]) -> FusedScore {
      FusedScore(origin: .fitted, weights: weights, clean: distribution(scores.map { $0.map { $0 * 4 } }))
    }
    return Calibration(
      identity: CalibrationIdentity(
        filterName: "test", filterDigest: "aa", files: [.init(key: "classifier", digest: "bb")]),
      date: "2026-01-02", falsePositiveRate: 0.05,
      images: .init(digest: "cc", count: count, kinds: ["original": count], sample: ["0123456789abcdef"]),
      detectors: [
        .init(
          name: "one", kind: "featureSqueezing", weight: 3, group: "classifier", clean: distribution(scores),
          byConfidence: conditional(scores)),
        .init(
          name: "two", kind: "chromaResidual", weight: 1, group: "image", clean: distribution(scores),
          byConfidence: conditional(scores)),
      ],
      fused: fused([2, 0.5]),
      groups: [
        .init(name: "classifier", members: [0], score: fused([2])),
        .init(name: "image", members: [1], score: fused([0.5])),
      ],
      attacks: [.init(name: "pgd", sample: ["fedcba9876543210"], flaggedUnseen: 1)],
      heldOut: ["pgd": .init(fused: fused([0, 1]), groups: [fused([0]), fused([1])])], baseline: distribution(scores))
  }

  @Test("each detector spends its share of the budget, and no more")
  func sharedBudget() {
    let decision = Decision(Self.calibration(), rule: .shared, budget: 0.08)
    // Shares .06 and .02: six images in a hundred may exceed the first one's threshold, two the second one's.
    func isFlagged(_ one: Double?, _ two: Double?) -> Bool { decision.decide([one, two], Self.seen).isFlagged }
    #expect(isFlagged(0.96, 0.1) && !isFlagged(0.95, 0.1))
    #expect(isFlagged(0.1, 1.0) && !isFlagged(0.1, 0.99))
    #expect(!isFlagged(nil, nil))
    let outcome = decision.decide([0.97, 0.1], Self.seen)
    #expect(outcome.detectors.map(\.isFlagged) == [true, false])
    #expect(outcome.fusedScore == nil && outcome.groups.isEmpty)
  }

  @Test("a fused score is the weighted evidence, compared with clean sums")
  func fusedBudget() throws {
    let calibration = Self.calibration()
    let decision = Decision(calibration, rule: .fused, budget: 0.05)
    let outcome = decision.decide([0.9, 0.5], Self.seen)
    let evidence = zip(calibration.detectors, [0.9, 0.5]).map { $0.byConfidence.evidence(of: $1, at: 2) }
    let sum = try #require(outcome.fusedScore)
    let expected = [2 * evidence[0], 0.5 * evidence[1]]
    #expect(abs(sum - expected[0] - expected[1]) < 1e-12)
    #expect(outcome.detectors.map(\.contribution) == expected)
    #expect(outcome.pValue.value == calibration.fused.clean.pValue(of: sum, in: Self.origin.strata, budget: 0.05).value)
    #expect(outcome.isFlagged == (outcome.pValue.value <= 0.05))
    #expect(decision.decide([nil, nil], Self.seen).fusedScore == 0)
  }

  @Test("a group flags by itself with its share, whatever the others say", arguments: [0.3, 0.6, 1])
  func unionBudget(share: Double) throws {
    let calibration = Self.calibration()
    let shares = ["classifier": 1 - share, "image": share]
    let decision = Decision(calibration, rule: .union, budget: 0.05, shares: shares)
    for (one, two) in [(0.97, 0.2), (0.2, 0.97), (0.5, 0.5), (1, 1), (nil, 1.0), (nil, nil)] as [(Double?, Double?)] {
      let outcome = decision.decide([one, two], Self.seen)
      var least = 1.0
      for (index, (score, weight)) in [(one, 2.0), (two, 0.5)].enumerated() {
        let part = outcome.groups[index]
        let sum = weight * calibration.detectors[index].byConfidence.evidence(of: score, at: 2)
        let clean = calibration.groups[index].score.clean
        #expect(
          part.pValue
            == clean.pValue(of: sum, in: Self.origin.strata, budget: 0.05 * (part.share > 0 ? part.share : 1)).value)
        #expect(part.share == shares[part.name])
        if part.share > 0 { least = min(least, part.pValue / part.share) }
        #expect(part.isFlagged == (part.share > 0 && part.pValue / part.share <= 0.05))
      }
      #expect(outcome.pValue.value == least && outcome.isFlagged == (least <= 0.05))
      #expect(outcome.isFlagged == outcome.groups.contains(where: \.isFlagged))
    }
  }

  @Test("without shares the image alone has its part and the others divide the rest")
  func standardShares() {
    let decision = Decision(Self.calibration(), rule: .union, budget: 0.05)
    #expect(decision.shares == [0.6, 0.4])
    #expect(BudgetShares.default(for: ["image"]) == ["image": 1])
    #expect(BudgetShares.default(for: ["a", "b"]) == ["a": 0.5, "b": 0.5])
    #expect(BudgetShares.default(for: ["a", "image", "b"]) == ["a": 0.3, "b": 0.3, "image": 0.4])
    #expect(BudgetShares.default(for: []).isEmpty)
  }

  @Test("an image of an attack is judged by the fusion that was fitted without it")
  func leavesOut() {
    let decision = Decision(Self.calibration(), rule: .fused, budget: 0.05)
    let outcome = decision.decide([1, 0.1], Self.seen, leavingOut: "pgd")
    #expect(outcome.detectors[0].contribution == 0)
    let union = Decision(Self.calibration(), rule: .union, budget: 0.05)
    #expect(union.decide([1, 0.1], Self.seen).detectors[0].contribution != 0)
    #expect(union.decide([1, 0.1], Self.seen, leavingOut: "pgd").detectors[0].contribution == 0)
    #expect(Self.calibration().attack(of: "fedcba9876543210ffff") == "pgd")
    #expect(Self.calibration().attack(of: "fedcba987654321") == nil)
    #expect(Self.calibration().hasClean("0123456789abcdef00"))
  }

  @Test("an image that several attacks came to is judged without the one that is meant")
  func leavesOutTheOneMeant() {
    var calibration = Self.calibration()
    calibration.attacks.append(.init(name: "square", sample: ["fedcba9876543210"], flaggedUnseen: 1))
    let digest = "fedcba9876543210ffff"
    for (meant, found) in [
      ("pgd", "pgd"), ("square", "square"), ("new/square", "square"), ("other", "pgd"), (nil, "pgd"),
    ] as [(String?, String)] {
      #expect(calibration.attack(of: digest, named: meant) == found)
    }
    #expect(calibration.attack(of: "0000000000000000", named: "square") == nil)
  }

  @Test("a budget that so few images cannot spend is refused with the number needed")
  func tooFewImages() throws {
    var small = Self.calibration(count: 50)
    small.images.kinds = ["original": 10, "blur": 40]
    try Decision(small, rule: .fused, budget: 0.02).checkCanSpendBudget()
    let error = #expect(throws: SluiceError.self) {
      try Decision(small, rule: .fused, budget: 0.01).checkCanSpendBudget()
    }
    #expect(error?.code == .tooFewImages && error?.message.contains("99") == true)
    // Each changed version has a score as well.
    let counts = "needs at least 99 scores of clean images; the calibration has 50, of 10 photographs"
    #expect(error?.message.hasSuffix(counts) == true, "\(error?.message ?? "")")
    // A quarter of 4 % needs as many images as 1 %.
    #expect(throws: SluiceError.self) { try Decision(small, rule: .shared, budget: 0.04).checkCanSpendBudget() }
    // Four tenths of 3 %.
    let union = #expect(throws: SluiceError.self) {
      try Decision(small, rule: .union, budget: 0.03).checkCanSpendBudget()
    }
    #expect(union?.message.contains("`image`") == true && union?.message.contains("83") == true)
    try Decision(small, rule: .union, budget: 0.05, shares: ["classifier": 0.5, "image": 0.5]).checkCanSpendBudget()
    let silent = Decision(small, rule: .union, budget: 0.04).groupsThatCannotSpend
    #expect(silent.map(\.name) == ["image"] && silent.map(\.needed) == [62])
    #expect(Decision(small, rule: .union, budget: 0.03).groupsThatCannotSpend.map(\.needed) == [55, 83])
    #expect(Decision(small, rule: .fused, budget: 0.01).groupsThatCannotSpend.isEmpty)
  }

  @Test("what rounding makes of a share is asked for as verdicts compare it")
  func roundedShares() throws {
    // A third of 1 % is a three hundredth, and one over 300, divided by a third, is more than 1 %.
    let shares = ["classifier": 1.0 / 3, "image": 2.0 / 3]
    let tight = Decision(Self.calibration(count: 299), rule: .union, budget: 0.01, shares: shares)
    #expect(!tight.decide([2, 0], Self.seen).isFlagged)
    #expect(throws: SluiceError.self) { try tight.checkCanSpendBudget() }
    let enough = Decision(Self.calibration(count: 300), rule: .union, budget: 0.01, shares: shares)
    try enough.checkCanSpendBudget()
    #expect(enough.decide([2, 0], Self.seen).isFlagged)
  }

  @Test("a stratum with too few images for a detector's part of the budget has no say in it")
  func thinStratum() {
    var calibration = Self.calibration()
    let other = ImageOrigin(isGray: false, format: "jpeg", subsampling: nil, quality: nil, scale: 1)
    let samples = (0..<640).map { index in
      StratifiedDistribution.Sample(
        score: Double(index) / 640, origin: index % 5 == 0 ? Self.origin : other, kind: "original")
    }
    for index in calibration.detectors.indices {
      calibration.detectors[index].clean = StratifiedDistribution(samples, keepsKinds: false)
      calibration.detectors[index].weight = index == 0 ? 9 : 1
    }
    // The second detector has half a percent. A hundred and twenty-eight images of one format cannot say anything that rare.
    let decision = Decision(calibration, rule: .shared, budget: 0.05)
    for origin in [Self.origin, other] {
      #expect(decision.decide([0, 5], .init(origin: origin, confidence: 2)).isFlagged, "\(origin.format)")
    }
  }

  @Test("a calibration comes back from its file as it was")
  func fileRoundTrip() throws {
    let calibration = Self.calibration()
    #expect(try Calibration(json: Array(calibration.json.indentedText.utf8)) == calibration)
    #expect(try Calibration(json: Array(calibration.json.text.utf8)) == calibration)
  }

  @Test(
    "a file that is no calibration is refused",
    arguments: [
      ("", ""), ("\"version\":3", "\"version\":1"), ("\"weights\":{\"one\"", "\"weights\":{\"eleven\""),
      ("\"atLeast\":[100,", "\"atLeast\":[-1,"), ("\"scores\":[0.01,", "\"scores\":[0.5,"),
      ("\"one\":2", "\"one\":-2"), ("\"falsePositiveRate\":0.05", "\"falsePositiveRate\":0"),
      ("\"weightsFrom\":\"fitted\"", "\"weightsFrom\":\"nowhere\""), ("\"tailMean\":", "\"tailMeans\":"),
      ("\"all\":{", "\"al\":{"), ("\"name\":\"two\"", "\"name\":\"one\""),
      ("\"name\":\"image\"", "\"name\":\"picture\""), ("\"group\":\"image\"", "\"group\":\"classifier\""),
      ("\"byConfidence\":[{", "\"byConfidence\":[],\"unused\":[{"),
      ("\"weight\":3", "\"weight\":1e999"), ("\"falsePositiveRate\":0.05", "\"falsePositiveRate\":1e999"),
    ])
  func damagedFiles(part: String, replacement: String) {
    var text = Self.calibration().json.text
    text = part.isEmpty ? String(text.dropLast(9)) : text.replacing(part, with: replacement, maxReplacements: 1)
    let error = #expect(throws: SluiceError.self) { try Calibration(json: Array(text.utf8)) }
    #expect(error?.code == .invalidCalibration)
  }

  @Test("a calibration of another filter or model is refused, with what differs")
  func mismatches() throws {
    let calibration = Self.calibration()
    try calibration.check(isFor: calibration.identity)
    var other = calibration.identity
    other.filterDigest = "ab"
    #expect(throws: SluiceError.self) { try calibration.check(isFor: other) }
    other = calibration.identity
    other.files[0].digest = "bc"
    let error = #expect(throws: SluiceError.self) { try calibration.check(isFor: other) }
    #expect(error?.code == .calibrationMismatch && error?.message.contains("`classifier`") == true)
    other.files[0].key = "models.second"
    #expect(throws: SluiceError.self) { try calibration.check(isFor: other) }
    other = calibration.identity
    other.files.append(.init(key: CalibrationIdentity.arithmetic(of: "classifier"), digest: "cd"))
    let computed = #expect(throws: SluiceError.self) { try calibration.check(isFor: other) }
    #expect(computed?.message.contains("computed another network than that of `classifier`") == true)
  }

  @Test("a calibration of another arithmetic is told from one of other files, though it was made without ranges")
  func otherArithmetic() throws {
    var calibration = Self.calibration()
    calibration.identity.precisions = ["classifier": "f32", "looks": "f32"]
    var identity = calibration.identity
    identity.precisions["looks"] = "int8"
    identity.files.insert(.init(key: "activationRanges", digest: "ab"), at: 0)
    let error = #expect(throws: SluiceError.self) { try calibration.check(isFor: identity) }
    let said = "the calibration was made with f32 for `looks`, and this machine computes it in int8"
    #expect(error?.code == .calibrationMismatch && error?.message == said)
    #expect(error?.remedy?.contains("`calibration: {int8: FILE, f32: FILE}`") == true)
    calibration.identity.precisions = identity.precisions
    let files = #expect(throws: SluiceError.self) { try calibration.check(isFor: identity) }
    #expect(files?.message.contains("was made without the file of `activationRanges`") == true)
  }
}
