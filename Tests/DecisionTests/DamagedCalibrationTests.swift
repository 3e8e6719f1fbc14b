import Common
import Decision
import Testing

/// Numbers in a calibration file that no fit writes. They would end the program, or let every image pass.
@Suite struct DamagedCalibrationTests {
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let apply: @Sendable (inout Calibration) -> Void

    init(_ testDescription: String, _ apply: @escaping @Sendable (inout Calibration) -> Void) {
      self.testDescription = testDescription
      self.apply = apply
    }
  }

  /// Scores of so many images, all of which were abstained from.
  private static func clean(_ count: Int) -> CleanDistribution { CleanDistribution(count: count, knots: [], tail: nil) }

  private static func all(_ count: Int) -> StratifiedDistribution { all(clean(count)) }

  private static func all(_ clean: CleanDistribution) -> StratifiedDistribution {
    StratifiedDistribution(strata: [ImageOrigin.everything: .init(all: clean)])
  }

  private static func near(_ clean: CleanDistribution) -> ConditionalDistribution {
    ConditionalDistribution(neighbourhoods: [.init(confidence: 0, clean: clean)])
  }

  /// The scores 0.01 … 1 with another tail than theirs.
  private static func tail(_ start: Double, _ mean: Double) -> CleanDistribution {
    let scores = CleanDistribution((1...100).map { Double($0) / 100 as Double? })
    return CleanDistribution(count: 100, knots: scores.knots, tail: .init(start: start, mean: mean))
  }

  private static func certificate(
    _ change: (inout EarlyExits.Certificate) -> Void
  ) -> EarlyExits {
    var certificate = CascadeTests.certificate()
    change(&certificate)
    return EarlyExits(exits: [], certificate: certificate)
  }

  private static let counts: [Damage] = [
    Damage("no images") { $0.images.count = 0 },
    Damage("fewer images than none") { $0.images.count = -1 },
    Damage("more images than can be counted") { $0.images.count = .max },
    Damage("fewer images than scores") { $0.images.count = 99 },
    Damage("more images than scores") { $0.images.count = 101 },
    Damage("fewer of a kind than none") { $0.images.kinds["original"] = -1 },
    Damage("more of a kind than there are") { $0.images.kinds["original"] = 101 },
    Damage("more flagged than attacked") { $0.attacks[0].flaggedUnseen = 2 },
    Damage("fewer flagged than none") { $0.attacks[0].flaggedUnseen = -1 },
  ]

  /// What decides has scores of every image.
  private static let sums: [Damage] = [-1, 0, 1, 99, Int.max].flatMap { (count: Int) -> [Damage] in
    [
      Damage("fused scores of \(count)") { $0.fused.clean = all(count) },
      Damage("scores of a group of \(count)") { $0.groups[0].score.clean = all(count) },
      Damage("scores of a detector of \(count)") { $0.detectors[1].clean = all(count) },
      Damage("fused scores without an attack of \(count)") { $0.heldOut["pgd"]?.fused.clean = all(count) },
      Damage("scores of a group without an attack of \(count)") { $0.heldOut["pgd"]?.groups[1].clean = all(count) },
    ]
  }

  /// What is compared with may have scores of some.
  private static let parts: [Damage] = [-1, 0, 101, Int.max].flatMap { (count: Int) -> [Damage] in
    [
      Damage("scores of a neighbourhood of \(count)") { $0.detectors[0].byConfidence = near(clean(count)) },
      Damage("scores of a baseline of \(count)") { $0.baseline = all(count) },
      Damage("scores of a stratum of \(count)") {
        $0.fused.clean = StratifiedDistribution(
          strata: [ImageOrigin.everything: .init(all: clean(100)), "colour": .init(all: clean(count))])
      },
      Damage("scores of a kind of \(count)") {
        $0.fused.clean = StratifiedDistribution(
          strata: [ImageOrigin.everything: .init(all: clean(100), kinds: ["jpeg": clean(count)])])
      },
    ]
  }

  private static let sizes: [Damage] = [
    Damage("a tail below all scores") { $0.detectors[0].byConfidence = near(tail(-1e300, 1)) },
    Damage("a tail above all scores") { $0.detectors[0].byConfidence = near(tail(1, 0.01)) },
    Damage("a tail that never falls") { $0.detectors[0].byConfidence = near(tail(0.9, 1e300)) },
    Damage("a tail that rises") { $0.detectors[0].byConfidence = near(tail(0.9, -0.05)) },
    Damage("a tail without scores") {
      $0.detectors[0].byConfidence = near(CleanDistribution(count: 100, knots: [], tail: .init(start: 0, mean: 1)))
    },
    Damage("a weight without measure") { $0.detectors[0].weight = 1e300 },
    Damage("a weight below nothing") { $0.detectors[0].weight = -1 },
    Damage("a fitted weight without measure") { $0.groups[0].score.weights = [1e300] },
    Damage("detections without number") { $0.exits = certificate { $0.counts.detections = .max } },
    Damage("exits without number") {
      $0.exits = certificate {
        ($0.counts.cleanImages, $0.counts.cleanExits, $0.counts.cleanExitsFlagged) = (.max, .max, .max)
      }
    },
    Damage("a bound above one") { $0.exits = certificate { $0.counts.bound = 2 } },
    Damage("a confidence above one") { $0.exits = certificate { $0.terms.limit.confidence = 5 } },
    Damage("a limit below nothing") { $0.exits = certificate { $0.terms.limit.lostDetections = -1 } },
  ]

  private static func witnesses(_ names: String..., milliseconds: Double = 1) -> WitnessOrder {
    WitnessOrder(names.map { .init(name: $0, milliseconds: milliseconds) })
  }

  /// What lets images leave that nobody measured.
  private static let exits: [Damage] = [
    Damage("an exit for all") { $0.exits?.exits = [.init(asked: [], quantile: 0.5, leastOpenness: -1)] },
    Damage("an exit for more than all") { $0.exits?.exits = [.init(asked: [], quantile: 1.5, leastOpenness: 2)] },
    Damage("more exits flagged than exits") { $0.exits = certificate { $0.counts.cleanExitsFlagged = 2001 } },
    Damage("fewer exits flagged than none") { $0.exits = certificate { $0.counts.cleanExitsFlagged = -1 } },
    Damage("more exits than clean images") { $0.exits = certificate { $0.counts.cleanExits = 4001 } },
    Damage("more losses than detections") { $0.exits = certificate { $0.counts.losses = 301 } },
    Damage("fewer losses than none") { $0.exits = certificate { $0.counts.losses = -1 } },
    Damage("groups left out") { $0.heldOut["pgd"]?.groups.removeLast() },
    Damage("a witness in less than no time") { $0.witnesses = witnesses("a", milliseconds: -1) },
    Damage("a witness twice") { $0.witnesses = witnesses("a", "a") },
  ]

  private static func read(_ calibration: Calibration) throws(SluiceError) -> Calibration {
    try Calibration(json: Array(calibration.json.text.utf8))
  }

  @Test("numbers that no fit writes are refused", arguments: counts + sums + parts + sizes + exits)
  func refused(damage: Damage) throws {
    var calibration = DecisionTests.calibration()
    calibration.exits = Self.certificate { _ in }
    // Without the damage, it is one.
    #expect(try Self.read(calibration) == calibration)
    damage.apply(&calibration)
    let error = #expect(throws: SluiceError.self) { try Self.read(calibration) }
    #expect(error?.code == .invalidCalibration)
  }

  @Test("groups without an attack that stand in another order than the groups are refused")
  func otherOrder() throws {
    let json = DecisionTests.calibration().json
    let groups = try #require(json["attacks"]?.elements.first?["groupsWithout"])
    let reversed = JSONValue.array(groups.elements.reversed())
    let text = json.text.replacing(groups.text, with: reversed.text)
    #expect(text != json.text)
    let error = #expect(throws: SluiceError.self) { try Calibration(json: Array(text.utf8)) }
    #expect(error?.code == .invalidCalibration)
  }

  @Test("scores of images that were all abstained from are read")
  func abstentions() throws {
    var calibration = DecisionTests.calibration()
    calibration.detectors[0].clean = Self.all(100)
    calibration.detectors[0].byConfidence = Self.near(Self.clean(100))
    calibration.baseline = Self.all(60)
    #expect(try Self.read(calibration) == calibration)
  }

  @Test("a weight next to nothing is a share that no number of images suffices for")
  func tinyWeight() {
    var calibration = DecisionTests.calibration()
    calibration.detectors[0].weight = 1e-300
    let decision = Decision(calibration, rule: .shared, budget: 0.05)
    #expect(!decision.decide([2, 0], DecisionTests.seen).isFlagged)
    let error = #expect(throws: SluiceError.self) { try decision.checkCanSpendBudget() }
    #expect(error?.code == .tooFewImages)
  }
}
