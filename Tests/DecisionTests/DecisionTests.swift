import Decision
import Pixels
import Testing

@Suite struct DecisionTests {
  static let origin = ImageOrigin(isGray: false, format: "png", subsampling: nil, quality: nil, scale: 1)

  static func distribution(_ scores: [Double?]) -> StratifiedDistribution {
    StratifiedDistribution(scores.map { .init(score: $0, origin: origin, kind: "original") }, keepsKinds: false)
  }

  /// Two detectors whose clean scores are 0.01 … 1, with weights 3 and 1.
  static func calibration(count: Int = 100) -> Calibration {
    let scores = (1...count).map { Double($0) / Double(count) as Double? }
    return Calibration(
      identity: CalibrationIdentity(
        filterName: "test", filterDigest: "aa", files: [.init(key: "classifier", digest: "bb")]),
      date: "2026-01-02", falsePositiveRate: 0.05,
      images: .init(digest: "cc", count: count, kinds: ["original": count], sample: ["0123456789abcdef"]),
      detectors: [
        .init(name: "one", kind: "featureSqueezing", weight: 3, clean: distribution(scores)),
        .init(name: "two", kind: "chromaResidual", weight: 1, clean: distribution(scores)),
      ],
      fused: FusedScore(origin: .fitted, weights: [2, 0.5], clean: distribution(scores.map { $0.map { $0 * 4 } })),
      attacks: [.init(name: "pgd", sample: ["fedcba9876543210"], flaggedUnseen: 1)],
      heldOut: [
        "pgd": FusedScore(origin: .fitted, weights: [0, 1], clean: distribution(scores.map { $0.map { $0 * 4 } }))
      ],
      baseline: distribution(scores))
  }

  @Test("each detector spends its share of the budget, and no more")
  func sharedBudget() {
    let decision = Decision(Self.calibration(), rule: .shared, budget: 0.08)
    // Shares .06 and .02: six images in a hundred may exceed the first one's threshold, two the second one's.
    func isFlagged(_ one: Double?, _ two: Double?) -> Bool { decision.decide([one, two], from: Self.origin).isFlagged }
    #expect(isFlagged(0.96, 0.1) && !isFlagged(0.95, 0.1))
    #expect(isFlagged(0.1, 1.0) && !isFlagged(0.1, 0.99))
    #expect(!isFlagged(nil, nil))
    let outcome = decision.decide([0.97, 0.1], from: Self.origin)
    #expect(outcome.detectors.map(\.isFlagged) == [true, false])
    #expect(outcome.fusedScore == nil)
  }

  @Test("a fused score is the weighted evidence, compared with clean sums")
  func fusedBudget() throws {
    let calibration = Self.calibration()
    let decision = Decision(calibration, rule: .fused, budget: 0.05)
    let outcome = decision.decide([0.9, 0.5], from: Self.origin)
    let evidence = zip(calibration.detectors, [0.9, 0.5]).map { $0.clean.evidence(of: $1) }
    let sum = try #require(outcome.fusedScore)
    #expect(abs(sum - (2 * evidence[0] + 0.5 * evidence[1])) < 1e-12)
    #expect(outcome.detectors.map(\.contribution) == [2 * evidence[0], 0.5 * evidence[1]])
    #expect(outcome.pValue.value == calibration.fused.clean.pValue(of: sum, from: Self.origin, budget: 0.05).value)
    #expect(outcome.isFlagged == (outcome.pValue.value <= 0.05))
    #expect(decision.decide([nil, nil], from: Self.origin).fusedScore == 0)
  }

  @Test("an image of an attack is judged by the fusion that was fitted without it")
  func leavesOut() {
    let decision = Decision(Self.calibration(), rule: .fused, budget: 0.05)
    let outcome = decision.decide([1, 0.1], from: Self.origin, leavingOut: "pgd")
    #expect(outcome.detectors[0].contribution == 0)
    #expect(Self.calibration().attack(of: "fedcba9876543210ffff") == "pgd")
    #expect(Self.calibration().attack(of: "fedcba987654321") == nil)
    #expect(Self.calibration().hasClean("0123456789abcdef00"))
  }

  @Test("a budget that so few images cannot spend is refused with the number needed")
  func tooFewImages() throws {
    let small = Self.calibration(count: 50)
    try Decision(small, rule: .fused, budget: 0.02).checkCanSpendBudget()
    let error = #expect(throws: SluiceError.self) {
      try Decision(small, rule: .fused, budget: 0.01).checkCanSpendBudget()
    }
    #expect(error?.code == .tooFewImages && error?.message.contains("99") == true)
    // A quarter of 4 % needs as many images as 1 %.
    #expect(throws: SluiceError.self) { try Decision(small, rule: .shared, budget: 0.04).checkCanSpendBudget() }
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
      ("", ""), ("\"version\":1", "\"version\":2"), ("\"weights\":{\"one\"", "\"weights\":{\"eleven\""),
      ("\"atLeast\":[100,", "\"atLeast\":[-1,"), ("\"scores\":[0.01,", "\"scores\":[0.5,"),
      ("\"one\":2", "\"one\":-2"), ("\"falsePositiveRate\":0.05", "\"falsePositiveRate\":0"),
      ("\"weightsFrom\":\"fitted\"", "\"weightsFrom\":\"nowhere\""), ("\"tailMean\":", "\"tailMeans\":"),
      ("\"all\":{", "\"al\":{"), ("\"name\":\"two\"", "\"name\":\"one\""),
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
  }
}
