import Common
import Decision
import Testing

@Suite struct CascadeTests {
  @Test(
    "bounds of a rate are those of Clopper and Pearson",
    arguments: [
      // SciPy's beta.ppf(.95, k + 1, n − k) and beta.ppf(.05, k, n − k + 1).
      (0, 299, 0.009969, 0.0), (0, 59, 0.049508, 0.0), (1, 473, 0.009990, 0.000108), (5, 100, 0.102253, 0.019906),
      (10, 10, 1.0, 0.741134), (0, 0, 1.0, 0.0),
    ])
  func bounds(count: Int, trials: Int, upper: Double, lower: Double) {
    #expect(abs(BinomialBounds.upper(count, of: trials, confidence: 0.95) - upper) < 2e-6)
    #expect(abs(BinomialBounds.lower(count, of: trials, confidence: 0.95) - lower) < 2e-6)
  }

  @Test("bounds are where the binomial sum says")
  func exactBounds() {
    for trials in 1...40 {
      for count in 0...trials {
        func atMost(_ hits: Int, _ rate: Double) -> Double {
          guard rate < 1 else { return hits < trials ? 0 : 1 }
          var (term, sum) = (1.0, 0.0)
          for _ in 0..<trials { term *= 1 - rate }
          for number in stride(from: 0, through: hits, by: 1) {
            sum += term
            term *= Double(trials - number) / Double(number + 1) * rate / (1 - rate)
          }
          return sum
        }
        let upper = BinomialBounds.upper(count, of: trials, confidence: 0.975)
        let lower = BinomialBounds.lower(count, of: trials, confidence: 0.975)
        #expect(count == trials ? upper == 1 : abs(atMost(count, upper) - 0.025) < 1e-9, "\(count) of \(trials)")
        #expect(count == 0 ? lower == 0 : abs(1 - atMost(count - 1, lower) - 0.025) < 1e-9, "\(count) of \(trials)")
      }
    }
  }

  @Test(
    "bounds of large counts need no sum",
    arguments: [
      // SciPy's beta.ppf(.975, k + 1, n − k) and beta.ppf(.025, k, n − k + 1).
      (500, 1_000, 0.531450827028, 0.468549172972),
      (50_000, 100_000, 0.503103937508, 0.496896062492),
      (3, 1_000_000, 0.000008767248, 0.000000618673),
      (10_000, 1_000_000, 0.010196939814, 0.009805906241),
      (500_000_000, 1_000_000_000, 0.500030990252, 0.499969009748),
    ])
  func largeBounds(count: Int, trials: Int, upper: Double, lower: Double) {
    #expect(abs(BinomialBounds.upper(count, of: trials, confidence: 0.975) - upper) < 1e-9)
    #expect(abs(BinomialBounds.lower(count, of: trials, confidence: 0.975) - lower) < 1e-9)
  }

  @Test("299 detections are needed for 1 %, 59 for 5 %")
  func detectionsNeeded() {
    #expect(ExitLimit(lostDetections: 0.01, confidence: 0.95).detectionsNeeded == 299)
    #expect(ExitLimit(lostDetections: 0.05, confidence: 0.95).detectionsNeeded == 59)
  }

  private func order(_ witnesses: (String, Double, Bool)...) -> WitnessOrder {
    WitnessOrder(ordering: witnesses.map { .init(name: $0.0, milliseconds: $0.1, isPrivate: $0.2) })
  }

  @Test("the cheapest is asked first, what costs alike as it is named, and a private one before all others")
  func ordering() {
    let open = order(("big", 19, false), ("second", 3.8, false), ("small", 2.7, false), ("mirror", 6.9, false))
    #expect(open.names == ["second", "small", "mirror", "big"])
    #expect(open.peers == [0..<2, 2..<3, 3..<4])
    let hidden = order(("mirror", 4, false), ("dear", 30, true), ("private", 9, true), ("other", 10, true))
    #expect(hidden.names == ["private", "other", "mirror", "dear"])
    #expect(hidden.peers == [0..<2, 2..<3, 3..<4])
  }

  @Test("a drawn order has everyone once, changes with the draw, and keeps to what costs alike")
  func drawing() {
    let order = order(("a", 1, false), ("b", 1, false), ("c", 1, false), ("d", 5, false), ("e", 5, false))
    #expect(order.order(drawing: nil) == [0, 1, 2, 3, 4])
    var first: [Int: Int] = [:]
    for draw in 0..<3000 as Range<UInt64> {
      let drawn = order.order(drawing: draw &* 0x9E37_79B9_7F4A_7C15)
      #expect(drawn.sorted() == [0, 1, 2, 3, 4] && drawn.prefix(3).sorted() == [0, 1, 2])
      first[drawn[0], default: 0] += 1
    }
    #expect(first.values.allSatisfy { (900...1100).contains($0) }, "\(first)")
  }

  /// The detector `one` waits for a witness, `two` for none.
  private func decision(
    rule: DecisionRule = .union, least: Double = 2, isPrivate: Bool = false, drawsOrder: Bool = false
  ) -> Decision {
    var calibration = DecisionTests.calibration()
    calibration.witnesses = WitnessOrder([
      .init(name: "first", milliseconds: 1, isPrivate: false),
      .init(name: "second", milliseconds: 1, isPrivate: isPrivate),
    ])
    calibration.detectors[0].witnesses = [0, 1]
    calibration.exits = EarlyExits(
      exits: [
        .init(asked: [0], quantile: 0.5, leastOpenness: least), .init(asked: [1], quantile: 0.5, leastOpenness: least),
      ], certificate: Self.certificate(drawsOrder: drawsOrder))
    return Decision(calibration, rule: rule, budget: 0.2, shares: ["classifier": 0.5, "image": 0.5])
  }

  static func certificate(
    cleanExits: Int = 2000, flagged: Int = 0, drawsOrder: Bool = false
  ) -> EarlyExits.Certificate {
    .init(
      terms: .init(
        budget: 0.2, rule: .union, shares: ["classifier": 0.5, "image": 0.5], privateWitnesses: [],
        drawsOrder: drawsOrder, limit: ExitLimit()),
      firstQuantile: 0.5, attacks: ["pgd"],
      counts: .init(
        detections: 300, losses: 0, bound: 0.00994, cleanExits: cleanExits, cleanExitsFlagged: flagged,
        cleanImages: 4000),
      callsPerCleanImage: 1.7)
  }

  @Test("a flag by what is known is a flag by everything", arguments: DecisionRule.allCases)
  func flagsAreLossless(rule: DecisionRule) {
    let decision = decision(rule: rule)
    for one in stride(from: 0, through: 1.2, by: 0.05) {
      for two in stride(from: 0, through: 1.2, by: 0.05) {
        for asked in [[], [0], [0, 1]] {
          let standing = decision.standing([one, two], DecisionTests.seen, asked: asked)
          let complete = decision.decide([one, two], DecisionTests.seen)
          if standing.isFlagged { #expect(complete.isFlagged, "\(one) \(two) \(asked)") }
          if asked == [0, 1] { #expect(standing.isFlagged == complete.isFlagged && standing.openness == nil) }
        }
      }
    }
  }

  /// Scores as they come in: detector `two` first, `one` after the witnesses; and how sure the classifier is.
  private struct Step {
    var scores: [Double?]
    var confidence: Double?
    var asked: [Int]
  }

  @Test("what is kept of an image while witnesses are asked changes nothing", arguments: DecisionRule.allCases)
  func keptReckoning(rule: DecisionRule) {
    var calibration = decision(rule: rule).calibration
    for index in calibration.detectors.indices {
      // Evidence that depends on how sure the classifier is.
      calibration.detectors[index].byConfidence = ConditionalDistribution(
        neighbourhoods: [0.0, 4].map { confidence in
          .init(confidence: confidence, clean: CleanDistribution((1...50).map { Double($0) / (50 + confidence * 10) }))
        })
    }
    for shares in [["classifier": 0.5, "image": 0.5], ["classifier": 1, "image": 0]] {
      let decision = Decision(calibration, rule: rule, budget: 0.2, shares: shares)
      for one in [nil, 0.2, 0.7, 0.97, 1.2] as [Double?] {
        for two in [nil, 0, 0.5, 0.99, 2] as [Double?] {
          for confidence in [nil, 1, 3] as [Double?] {
            let steps = [
              Step(scores: [nil, two], confidence: nil, asked: []),
              Step(scores: [nil, two], confidence: confidence, asked: []),
              Step(scores: [nil, two], confidence: confidence, asked: [1]),
              Step(scores: [one, two], confidence: confidence, asked: [1, 0]),
              // Whatever changes once more.
              Step(scores: [two, one], confidence: 2, asked: [0]),
            ]
            check(steps, decision)
          }
        }
      }
    }
  }

  private func check(_ steps: [Step], _ decision: Decision) {
    func circumstances(_ step: Step) -> Decision.Circumstances {
      .init(origin: DecisionTests.origin, confidence: step.confidence)
    }
    var kept = Decision.Reckoning(decision, circumstances(steps[0]))
    for step in steps {
      kept.note(confidence: step.confidence)
      let ending = decision.ending(step.scores, asked: step.asked, &kept)
      #expect(ending == decision.ending(step.scores, circumstances(step), asked: step.asked), "\(step)")
      let (outcome, anew) = (
        decision.decide(step.scores, &kept), decision.decide(step.scores, circumstances(step))
      )
      #expect(String(describing: outcome) == String(describing: anew), "\(step)")
    }
  }

  @Test("openness is that of groups that are not complete, and does not look at what was not asked")
  func openness() throws {
    let decision = decision()
    let open = try #require(decision.standing([0.99, 0.5], DecisionTests.seen, asked: [0]).openness)
    #expect(decision.standing([nil, 0.5], DecisionTests.seen, asked: [0]).openness == open)
    #expect(open == 1 / 0.5)
    #expect(decision.standing([0.5, 0.5], DecisionTests.seen, asked: [0], leavingOut: "pgd").openness == 1 / 0.5)
  }

  @Test("an image leaves where it is more open than the exit asks, and nowhere else")
  func exits() {
    #expect(decision(least: 1.9).ending([0.1, 0.5], DecisionTests.seen, asked: [0]) == .exit)
    #expect(decision(least: 2).ending([0.1, 0.5], DecisionTests.seen, asked: [0]) == nil)
    #expect(decision(least: 1.9).ending([0.1, 0.5], DecisionTests.seen, asked: []) == nil)
    #expect(decision(least: 1.9).ending([0.1, 3], DecisionTests.seen, asked: [0]) == .flagged)
    #expect(decision(rule: .shared, least: 0).ending([0.1, 0.5], DecisionTests.seen, asked: [0]) == nil)
    let end = decision(least: 1.9).end(of: [0.1, 0.5], DecisionTests.seen)
    #expect(end.asked == 1 && end.ending == .exit)
    let flagged = decision(least: 1.9).end(of: [0.1, 3], DecisionTests.seen)
    #expect(flagged.asked == nil && flagged.ending == .flagged)
  }

  @Test("an ending is that of the fit that left an attack out, where one is named")
  func heldOutEndings() {
    let decision = decision(least: 1.9)
    #expect(decision.ending([0.1, 1], DecisionTests.seen, asked: [0]) == .exit)
    #expect(decision.ending([0.1, 1], DecisionTests.seen, asked: [0], leavingOut: "pgd") == .flagged)
  }

  @Test("no image leaves before a private witness was asked")
  func privateWitness() {
    let decision = decision(least: 0, isPrivate: true)
    #expect(decision.ending([0.1, 0.5], DecisionTests.seen, asked: [0]) == nil)
    #expect(decision.ending([0.1, 0.5], DecisionTests.seen, asked: [1]) == .exit)
  }

  @Test("a calibration says its exits, and reads them again")
  func writtenAndRead() throws {
    let calibration = decision().calibration
    let read = try Calibration(json: Array(calibration.json.text.utf8))
    #expect(read.exits == calibration.exits && read.witnesses == calibration.witnesses)
    #expect(read.detectors.map(\.witnesses) == [[0, 1], []])
  }

  @Test("scores that were thinned out read back as they were, alone or tied", arguments: [1, 2, 3])
  func thinnedScores(images: Int) throws {
    var calibration = DecisionTests.calibration(count: 3000)
    let scores = (0..<3000).map { Double($0 / images) / 1024 as Double? }
    calibration.detectors[0].clean = DecisionTests.distribution(scores)
    let text = calibration.json.text
    #expect(text.contains(#""above""#) == (images > 1))
    #expect(try Calibration(json: Array(text.utf8)) == calibration)
  }

  @Test("exits hold for what they were certified for, and for nothing else")
  func certificateIsBound() throws {
    let decision = decision()
    try decision.checkExits(are: ExitLimit(), [], hasSecret: false)
    let others: [(Decision, ExitLimit, [String], String)] = [
      (
        Decision(decision.calibration, rule: .union, budget: 0.1, shares: decision.named), ExitLimit(), [],
        "a budget of 0.2, not 0.1"
      ),
      (Decision(decision.calibration, rule: .fused, budget: 0.2), ExitLimit(), [], "the rule `union`, not `fused`"),
      (
        Decision(decision.calibration, rule: .union, budget: 0.2, shares: ["classifier": 0.6, "image": 0.4]),
        ExitLimit(), [], "other shares of the groups"
      ),
      (decision, ExitLimit(lostDetections: 0.02), [], "another limit or confidence"),
      (decision, ExitLimit(), ["model third"], "other private witnesses"),
    ]
    for (decision, limit, hidden, difference) in others {
      let error = #expect(throws: SluiceError.self) { try decision.checkExits(are: limit, hidden, hasSecret: false) }
      #expect(error?.message == "early exits were certified for \(difference)")
    }
    var bare = decision.calibration
    bare.exits = nil
    #expect(throws: SluiceError.self) {
      try Decision(bare, rule: .union, budget: 0.2).checkExits(are: ExitLimit(), [], hasSecret: false)
    }
  }

  @Test("exits hold for the order of witnesses that they were certified for, fixed or drawn", arguments: [false, true])
  func orderIsBound(drawsOrder: Bool) throws {
    let decision = decision(drawsOrder: drawsOrder)
    try decision.checkExits(are: ExitLimit(), [], hasSecret: drawsOrder)
    let error = #expect(throws: SluiceError.self) {
      try decision.checkExits(are: ExitLimit(), [], hasSecret: !drawsOrder)
    }
    #expect(error?.code == .calibrationMismatch && error?.message.contains("`secret`") == true)
    #expect(error?.remedy?.contains("calibrate again") == true)
  }

  @Test(
    "scores of another arithmetic are refused, with what to do",
    arguments: [
      ("looks", "bf16", "f32", "`witnessPrecision`", "{bf16: FILE, f32: FILE}"),
      ("looks", "f32", "int8", "`witnessPrecision`", "{int8: FILE, f32: FILE}"),
      ("models.second", "int8", "f32", "`precision`", "{int8: FILE, f32: FILE}"),
    ])
  func precisions(key: String, known: String, computed: String, setting: String, calibrations: String) throws {
    var calibration = decision().calibration
    calibration.identity.precisions = [key: known]
    try calibration.check(isFor: calibration.identity)
    var identity = calibration.identity
    identity.precisions = [key: computed]
    let error = #expect(throws: SluiceError.self) { try calibration.check(isFor: identity) }
    #expect(error?.code == .calibrationMismatch)
    let remedy = try #require(error?.remedy)
    #expect(remedy.contains("name a \(setting) ") && remedy.contains("`calibration: \(calibrations)`"), "\(remedy)")
    #expect(try Calibration(json: Array(calibration.json.text.utf8)).identity == calibration.identity)
  }

  @Test("audited exits are counted with an interval")
  func auditCounts() {
    let audit = ExitAudit(Self.certificate())
    for _ in 0..<10 { audit.noteLeft() }
    for index in 0..<50 { _ = audit.noteAudited(isFlagged: index == 7) }
    let report = audit.report
    #expect(report.left == 10 && report.audited == 50 && report.flagged == 1 && !report.isExceeded)
    #expect(abs(report.lower - 0.000506) < 1e-5 && abs(report.upper - 0.106469) < 1e-5)
    #expect(abs(report.expected - BinomialBounds.upper(0, of: 2000, confidence: 0.95)) < 1e-12)
  }

  @Test("more than clean images explain is found soon, also after a long quiet, and told once")
  func auditFinds() {
    let audit = ExitAudit(Self.certificate())
    for _ in 0..<20_000 { #expect(audit.noteAudited(isFlagged: false) == nil) }
    var told: [Int] = []
    for index in 1...400 where audit.noteAudited(isFlagged: index % 20 == 0) != nil { told.append(index) }
    #expect(told.count == 1 && told[0] <= 100 && audit.report.isExceeded, "\(told)")
  }

  @Test("what is said after the alarm is of all that was seen until then")
  func alarmGoesOn() throws {
    let audit = ExitAudit(Self.certificate())
    #expect(audit.noteAudited(isFlagged: false) == nil && audit.alarm == nil)
    var told: ExitAudit.Report?
    for _ in 0..<96 { told = audit.noteAudited(isFlagged: true) ?? told }
    let first = try #require(told)
    let last = try #require(audit.alarm)
    #expect(first.audited < 20 && last.audited == 97 && last.flagged == 96)
    #expect(last.description.hasPrefix("of 97 early exits that were judged completely, 96 would have been flagged"))
  }

  @Test("an image that is sent again and again counts once")
  func auditCountsOnce() {
    let audit = ExitAudit(Self.certificate())
    let digest = { (number: Int) in "\(1_000_000_000_000_000 + number)\(String(repeating: "a", count: 48))" }
    for _ in 0..<1000 { #expect(audit.noteAudited(isFlagged: true, digest: digest(1)) == nil) }
    for number in 2..<60 { _ = audit.noteAudited(isFlagged: false, digest: digest(number)) }
    #expect(audit.report.audited == 59 && audit.report.flagged == 1 && !audit.report.isExceeded)
  }

  @Test("as many as clean images explain are no alarm")
  func auditIsQuiet() {
    var random = RepeatableNumbers(state: 4)
    var alarms = 0
    for _ in 0..<200 {
      let audit = ExitAudit(Self.certificate(cleanExits: 2000, flagged: 10))
      for _ in 0..<2000 {
        if audit.noteAudited(isFlagged: random.next() % 1000 < 5) != nil { alarms += 1 }
      }
    }
    // 400,000 audited exits, in which ten thousand or more are to pass to a false alarm; at the expected rate far more.
    #expect(alarms <= 4, "\(alarms)")
  }
}

extension Decision {
  fileprivate var named: [String: Double] {
    Dictionary(zip(calibration.groups.map(\.name), shares)) { first, _ in first }
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
private struct RepeatableNumbers {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
