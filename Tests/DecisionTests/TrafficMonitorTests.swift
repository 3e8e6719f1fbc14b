import Decision
import Foundation
import TestSupport
import Testing

/// Streams of clean scores against calibrations of 500 images, drawn afresh for each run.
@Suite struct TrafficMonitorTests {
  private static let images = 500

  /// A detector for each list of clean scores, each in a group of its own: `one`, `two` …
  private static func calibration(_ scores: [[Double?]], changed: Int = 0) -> Calibration {
    let names = ["one", "two", "three"].prefix(scores.count)
    let groups = zip(names, scores).enumerated().map { place, group in
      Calibration.Group(
        name: group.0, members: [place],
        score: FusedScore(origin: .filter, weights: [1], clean: DecisionTests.distribution(group.1)))
    }
    var kinds = ["original": scores[0].count]
    if changed > 0 { kinds["blur"] = changed }
    return Calibration(
      identity: CalibrationIdentity(filterName: "test", filterDigest: "aa", files: []), date: "2026-01-02",
      falsePositiveRate: 0.05, images: .init(digest: "cc", count: scores[0].count, kinds: kinds, sample: []),
      detectors: zip(names, scores).map { name, scores in
        .init(
          name: name, kind: "stripeNoise", weight: 1, group: name, clean: DecisionTests.distribution(scores),
          byConfidence: DecisionTests.conditional(scores))
      },
      fused: FusedScore(
        origin: .filter, weights: scores.map { _ in 1 }, clean: DecisionTests.distribution(scores[0])),
      groups: groups)
  }

  private typealias Scores = @Sendable (inout RepeatableRandom) -> Double?

  private static let uniform: Scores = { .random(in: 0..<1, using: &$0) }

  private static func drawn(_ count: Int, _ scores: Scores, seed: UInt64) -> [Double?] {
    var random = RepeatableRandom(seed: seed)
    return (0..<count).map { _ in scores(&random) }
  }

  /// Judges images and shows the monitor those that are not flagged.
  private struct Traffic {
    let decision: Decision
    let monitor: TrafficMonitor
    private(set) var flagged = 0

    init(_ clean: [[Double?]], rule: DecisionRule = .shared, privateDetectors: Set<String> = []) throws {
      decision = Decision(TrafficMonitorTests.calibration(clean), rule: rule, budget: 0.05)
      monitor = try #require(TrafficMonitor(decision, privateDetectors: privateDetectors))
    }

    mutating func pass(_ scores: Double?..., digest: String? = nil) -> TrafficReport.Change? {
      let outcome = decision.decide(scores, DecisionTests.seen)
      flagged += outcome.isFlagged ? 1 : 0
      return outcome.isFlagged ? nil : monitor.note(scores, outcome.detectors, digest: digest)
    }
  }

  private typealias Found = (change: TrafficReport.Change, images: Int)

  /// What is found in each run, and after how many images.
  private static func found(
    runs: Int, images: Int, calibrated: Scores = uniform, _ scores: Scores
  ) throws -> [Found?] {
    try (0..<UInt64(runs)).map { run in
      var random = RepeatableRandom(seed: 2 * run + 1_000_000)
      var traffic = try Traffic([drawn(Self.images, calibrated, seed: 2 * run + 1)])
      for image in 1...images {
        if let change = traffic.pass(scores(&random)) { return (change, image) }
      }
      return nil
    }
  }

  @Test("traffic like the calibration's gives no alarm")
  func falseAlarms() throws {
    // A calibration is off by more than is allowed for in .15 % of the runs; where it is off by just as much, an alarm
    // within 20,000 images has a probability of 2 % at most, and in all others of next to nothing.
    let found = try Self.found(runs: 200, images: 20_000, Self.uniform)
    #expect(found.count { $0 != nil } <= 4)
  }

  private struct Shift: CustomTestStringConvertible {
    let testDescription: String
    let direction: TrafficReport.Direction
    let scores: Scores
  }

  private static let shifts = [
    Shift(testDescription: "mean p-value .33, and 22 % flagged", direction: .higher) {
      1 - power(.random(in: 0..<1, using: &$0), 2)
    },
    Shift(testDescription: "mean p-value .4 of what is not flagged", direction: .higher) {
      0.95 * (1 - power(.random(in: 0..<1, using: &$0), 1.5))
    },
    Shift(testDescription: "mean p-value .6", direction: .lower) {
      power(.random(in: 0..<1, using: &$0), 1.5)
    },
    Shift(testDescription: "a tail twice as heavy, the mean as it was", direction: .higher) {
      Double.random(in: 0..<1, using: &$0) < 0.4
        ? .random(in: 0.8..<1, using: &$0) : .random(in: 0..<0.4667, using: &$0)
    },
  ]

  private static func power(_ number: Double, _ exponent: Double) -> Double {
    exp(exponent * log(number))
  }

  @Test("scores that are higher, lower or longer of tail are found within some thousand images", arguments: shifts)
  private func detection(shift: Shift) throws {
    let found = try Self.found(runs: 50, images: 6000, shift.scores)
    #expect(found.count { $0 != nil } >= 48)
    #expect(found.allSatisfy { $0.map { $0.change.direction == shift.direction } ?? true })
  }

  @Test("a change is dated from when it came, and described as it is since then")
  func change() throws {
    var random = RepeatableRandom(seed: 5)
    var traffic = try Traffic([Self.drawn(5000, Self.uniform, seed: 6)])
    for _ in 0..<10_000 { #expect(traffic.pass(Self.uniform(&random)) == nil) }
    let before = traffic.monitor.report
    #expect(before.state == .asCalibrated && before.drift < 0.7 && before.change == nil)
    #expect(before.images == 10_000 - traffic.flagged)
    var change: TrafficReport.Change?
    while change == nil, traffic.monitor.report.images < 20_000 {
      change = traffic.pass(0.95 * (1 - Self.power(.random(in: 0..<1, using: &random), 2)))
    }
    let found = try #require(change)
    let since = traffic.monitor.report.images - before.images
    #expect(found.images <= since + 200 && found.images >= since / 2)
    #expect(abs(found.meanPValue - 1 / 3) < 0.08 && abs(found.upperFifth - 0.447) < 0.12)
    #expect(found.description.contains("the detector `one` are higher than"))
    #expect(traffic.monitor.report.state == .stale && traffic.monitor.report.drift == 1)
    #expect(traffic.monitor.report.change == found)
  }

  @Test("an attack among the traffic is no change of it")
  func attack() throws {
    for run in 0..<20 as Range<UInt64> {
      var random = RepeatableRandom(seed: 100 + run)
      var traffic = try Traffic([Self.drawn(Self.images, Self.uniform, seed: 200 + run)])
      for image in 0..<10_000 {
        #expect(traffic.pass(image % 10 == 0 ? 2 : Self.uniform(&random)) == nil)
      }
      #expect(traffic.flagged > 1000)
    }
  }

  /// Of most images the detector says nothing, and of many the same.
  private static let tied: Scores = { random in
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<6: nil
    case 6..<9: 0.5
    default: Double.random(in: 0.6..<1, using: &random)
    }
  }

  @Test("ties and abstentions are compared as what they are")
  func ties() throws {
    let alike = try Self.found(runs: 50, images: 20_000, calibrated: Self.tied, Self.tied)
    #expect(alike.count { $0 != nil } <= 1)
    let silent = try Self.found(runs: 20, images: 3000, calibrated: Self.tied) { _ in nil }
    #expect(silent.allSatisfy { $0?.change.direction == .lower })
    let talking = try Self.found(runs: 20, images: 3000, calibrated: Self.tied) { _ in 0.5 }
    #expect(talking.allSatisfy { $0?.change.direction == .higher })
    var abstaining = try Traffic([Self.drawn(Self.images, { _ in nil }, seed: 1)])
    for _ in 0..<20_000 { #expect(abstaining.pass(nil) == nil) }
    #expect(abstaining.monitor.report.drift < 0.5)
  }

  @Test("once stale, it stays so, says so once, and no number overflows")
  func staysStale() throws {
    for extreme in [-1e300, 0.94] {
      var traffic = try Traffic([Self.drawn(5000, Self.uniform, seed: 8)])
      var alarms = 0
      for _ in 0..<1_000_000 where traffic.pass(extreme) != nil { alarms += 1 }
      var random = RepeatableRandom(seed: 9)
      for _ in 0..<10_000 where traffic.pass(Self.uniform(&random)) != nil { alarms += 1 }
      let report = traffic.monitor.report
      #expect(alarms == 1 && report.state == .stale && report.drift == 1)
      #expect(report.images == 1_010_000 - traffic.flagged)
      #expect(report.change?.direction == (extreme < 0 ? .lower : .higher))
      #expect(report.change.map { $0.images < 200 && $0.meanPValue.isFinite } == true)
    }
  }

  @Test("small calibrations and large budgets trap nowhere", arguments: [1, 2, 5, 20], [0.01, 0.5])
  func smallCalibrations(count: Int, budget: Double) throws {
    let decision = Decision(
      Self.calibration([Self.drawn(count, Self.uniform, seed: 1)]), rule: .shared, budget: budget)
    let monitor = try #require(TrafficMonitor(decision))
    for score in [nil, 0, 1] as [Double?] {
      let outcome = decision.decide([score], DecisionTests.seen)
      for _ in 0..<1000 { _ = monitor.note([score], outcome.detectors, digest: nil) }
    }
    #expect(monitor.report.images == 3000 && monitor.report.drift.isFinite)
  }

  @Test("few images say nothing yet, and the same image says it once")
  func counting() throws {
    var traffic = try Traffic([Self.drawn(Self.images, Self.uniform, seed: 2)])
    for _ in 0..<5000 { #expect(traffic.pass(0.9, digest: String(repeating: "5e", count: 32)) == nil) }
    #expect(traffic.monitor.report.images == 1 && traffic.monitor.report.state == .tooFewImages)
    for image in 0..<100 { _ = traffic.pass(0.5, digest: String(UInt64(image + 1) << 32, radix: 16)) }
    #expect(traffic.monitor.report.images == 101)
  }

  @Test("the group that has changed is named, unless it is private", arguments: [DecisionRule.union, .shared])
  func names(rule: DecisionRule) throws {
    let what = rule == .union ? "group" : "detector"
    for hidden in [[], ["one"], ["one", "two"]] as [Set<String>] {
      var random = RepeatableRandom(seed: 11)
      let clean = [20, 21].map { Self.drawn(Self.images, Self.uniform, seed: $0) }
      var traffic = try Traffic(clean, rule: rule, privateDetectors: hidden)
      var change: TrafficReport.Change?
      for _ in 0..<5000 where change == nil {
        change = traffic.pass(Self.uniform(&random), 0.9 * Self.power(.random(in: 0..<1, using: &random), 0.4))
      }
      #expect(change?.subject == (hidden.contains("two") ? "a private \(what)" : "the \(what) `two`"))
      #expect(change?.direction == .higher)
    }
  }

  @Test("a fused score is compared as a whole")
  func fused() throws {
    // One detector's evidence is −ln p, and so is its sum: the calibration's are those of uniform scores.
    let scores = Self.drawn(Self.images, Self.uniform, seed: 30)
    var calibration = Self.calibration([scores])
    calibration.fused.clean = DecisionTests.distribution(
      scores.map { calibration.detectors[0].byConfidence.evidence(of: $0, at: 1) })
    let decision = Decision(calibration, rule: .fused, budget: 0.05)
    let monitor = try #require(TrafficMonitor(decision))
    var random = RepeatableRandom(seed: 31)
    func pass(_ score: Double) -> TrafficReport.Change? {
      let outcome = decision.decide([score], DecisionTests.seen)
      return outcome.isFlagged ? nil : monitor.note([score], outcome.detectors, digest: nil)
    }
    for _ in 0..<10_000 { #expect(pass(.random(in: 0..<1, using: &random)) == nil) }
    var change: TrafficReport.Change?
    for _ in 0..<5000 where change == nil { change = pass(.random(in: 0.4..<0.95, using: &random)) }
    #expect(change?.subject == "all detectors together" && change?.direction == .higher)
  }

  @Test("nothing is compared with changed images; another calibration or budget begins anew")
  func comparability() throws {
    let scores = Self.drawn(Self.images, Self.uniform, seed: 40)
    let mixed = Self.calibration([scores], changed: 500)
    #expect(TrafficMonitor(Decision(mixed, rule: .shared, budget: 0.05)) == nil)
    var apart = mixed
    let lower = DecisionTests.distribution(scores.map { $0.map { $0 / 2 } })
    apart.groups[0].score.clean = StratifiedDistribution(strata: [
      "all": .init(
        all: CleanDistribution(scores), kinds: ["original": lower.strata["all"]?.all ?? CleanDistribution([])])
    ])
    let decision = Decision(apart, rule: .union, budget: 0.05)
    let monitor = try #require(TrafficMonitor(decision, privateDetectors: ["one"]))
    let parts = decision.decide([0.5], DecisionTests.seen).detectors
    for _ in 0..<200 { _ = monitor.note([0.5], parts, digest: nil) }
    #expect(monitor.report.change?.direction == .higher, "among the originals it is the largest score")
    #expect(monitor.isFor(decision, privateDetectors: ["one"]) && !monitor.isFor(decision, privateDetectors: []))
    #expect(!monitor.isFor(Decision(apart, rule: .union, budget: 0.01), privateDetectors: ["one"]))
    #expect(!monitor.isFor(Decision(mixed, rule: .union, budget: 0.05), privateDetectors: ["one"]))
    let fresh = try #require(TrafficMonitor(decision, privateDetectors: ["one"]))
    #expect(fresh.report == TrafficReport(state: .tooFewImages, images: 0, drift: 0, change: nil))
  }
}
