import Calibration
import Decision
import TestSupport
import Testing

@Suite struct ExitCertificationTests {
  /// Three witnesses, each asked by a detector of its own, in one group.
  private static func detectors() -> [UncalibratedDetector] {
    (0..<3).map { number in
      UncalibratedDetector(
        name: "detector \(number)", kind: "featureSqueezing", weight: 1, group: "predictions", isFitted: true,
        witnesses: ["witness \(number)"])
    }
  }

  private static func witnesses(hidden: Int? = nil) -> [MeasuredWitness] {
    (0..<3).map { (number: Int) in
      MeasuredWitness(name: "witness \(number)", milliseconds: 0, isPrivate: hidden == number)
    }
  }

  /// Scores that go together: images that look clean to one witness mostly look clean to the others.
  private static func images(_ count: Int, attack: String?, shift: [Double], seed: UInt64) -> [ScoredImage] {
    var random = RepeatableRandom(seed: seed)
    func uniform() -> Double { Double.random(in: 0...1, using: &random) }
    return (0..<count).map { _ in
      let common = uniform()
      let digits = String(UInt64.random(in: 0...UInt64.max, using: &random), radix: 16)
      return ScoredImage(
        digest: String(repeating: "0", count: 16 - digits.count) + digits, kind: ScoredImage.original, attack: attack,
        origin: FittingTests.origin, scores: shift.map { 0.7 * common + 0.3 * uniform() + $0 }, baseline: nil,
        predictedClass: 1, milliseconds: ["classifier": 7, "witness 0": 4, "witness 1": 4.1, "witness 2": 11])
    }
  }

  private static func fitting(
    _ limit: ExitLimit? = ExitLimit(), hidden: Int? = nil, drawsOrder: Bool = false, fitsWeights: Bool = false
  ) -> CalibrationFitting {
    CalibrationFitting(
      identity: CalibrationIdentity(filterName: "t", filterDigest: "", files: []), detectors: detectors(),
      terms: .init(budget: 0.05, exitLimit: limit, drawsOrder: drawsOrder), date: "2026-01-02",
      witnesses: witnesses(hidden: hidden), fitsWeights: fitsWeights, sha256: { String($0.count) })
  }

  private static let clean = images(1000, attack: nil, shift: [0, 0, 0], seed: 1)
  private static let seen = images(400, attack: "a", shift: [0.5, 0.6, 0.7], seed: 2)

  @Test("witnesses are ordered by what they took, and detectors know which they wait for")
  func order() throws {
    let calibration = try Self.fitting(nil, hidden: 2).calibration(clean: Self.clean, adversarial: [])
    #expect(calibration.witnesses.names == ["witness 2", "witness 0", "witness 1"])
    #expect(calibration.witnesses.witnesses.map(\.milliseconds) == [11, 4, 4.1])
    #expect(calibration.detectors.map(\.witnesses) == [[1], [2], [0]])
    #expect(calibration.exits == nil)
  }

  @Test("with too few attacks no exit is taken, and the certificate says how many there were")
  func tooFew() throws {
    let calibration = try Self.fitting().calibration(clean: Self.clean, adversarial: Array(Self.seen.prefix(200)))
    let exits = try #require(calibration.exits)
    #expect(exits.exits.isEmpty && exits.certificate.firstQuantile == nil)
    #expect(exits.certificate.counts.detections <= 200 && exits.certificate.counts.cleanExits == 0)
  }

  @Test("where even the most cautious exit loses too much, the certificate says how much that is")
  func mostCautious() throws {
    // Seen by the last witness alone.
    let aimed = Self.images(400, attack: "aimed", shift: [-0.5, -0.5, 2.2], seed: 7)
    let exits = try #require(try Self.fitting().calibration(clean: Self.clean, adversarial: aimed).exits)
    let counts = exits.certificate.counts
    #expect(exits.exits.isEmpty && exits.certificate.firstQuantile == nil)
    #expect(counts.detections > 299 && counts.losses > counts.detections / 2, "\(counts)")
    #expect(abs(counts.bound - BinomialBounds.upper(counts.losses, of: counts.detections, confidence: 0.95)) < 1e-9)
    #expect(counts.cleanExits == 0)
  }

  @Test("copies of images under other attacks make no more detections of them", arguments: [false, true])
  func copies(fitsWeights: Bool) throws {
    func certificate(_ adversarial: [ScoredImage]) throws -> EarlyExits.Certificate {
      let calibration = try Self.fitting(fitsWeights: fitsWeights).calibration(
        clean: Self.clean, adversarial: adversarial)
      return try #require(calibration.exits).certificate
    }
    let few = Array(Self.seen.prefix(200))
    let copies = ["b", "c"].flatMap { name in
      few.map { image in
        var copy = image
        copy.attack = name
        return copy
      }
    }
    // Without the copies, it takes a fit that saw other attacks to judge these.
    let others = Self.images(20, attack: "d", shift: [0.5, 0.6, 0.7], seed: 3)
    let copied = try certificate(few + copies + others)
    #expect(copied.counts.detections <= 220 && copied.counts.detections > 100)
    #expect(copied.firstQuantile == nil)
    guard !fitsWeights else { return }
    #expect(try certificate(few + others).counts == copied.counts)
  }

  @Test("what exits lose is counted as a plain walk counts it", arguments: [false, true])
  func losses(fitsWeights: Bool) throws {
    let hard = Self.images(300, attack: "b", shift: [0.02, 0.3, 0.9], seed: 5)
    let limit = ExitLimit(lostDetections: 0.05, confidence: 0.9)
    let calibration = try Self.fitting(limit, fitsWeights: fitsWeights).calibration(
      clean: Self.clean, adversarial: Self.seen + hard)
    let exits = try #require(calibration.exits)
    let certificate = exits.certificate
    #expect(exits.exits.isEmpty || certificate.counts.bound <= 0.05)
    // A fit that left an attack out is not in the calibration's own weights, so only those of the filter can be walked here.
    guard !fitsWeights else { return }
    #expect(!exits.exits.isEmpty)
    let decision = Decision(calibration, rule: .union, budget: 0.05)
    var (detections, losses) = (0, 0)
    for image in Self.seen + hard {
      let circumstances = Decision.Circumstances(origin: image.origin, confidence: nil)
      guard decision.decide(image.scores, circumstances).isFlagged else { continue }
      detections += 1
      for count in 1..<3 {
        let known = image.scores.indices.map { calibration.detectors[$0].witnesses[0] < count ? image.scores[$0] : nil }
        if decision.decide(known, circumstances).isFlagged { break }
        let exit = exits.exits.first { $0.asked == Array(0..<count) }
        let openness = decision.standing(known, circumstances, asked: Array(0..<count)).openness
        if let exit, let openness, openness > exit.leastOpenness {
          losses += 1
          break
        }
      }
    }
    #expect(certificate.counts.detections == detections && certificate.counts.losses == losses)
    #expect(
      abs(certificate.counts.bound - BinomialBounds.upper(losses, of: detections, confidence: 0.9)) < 1e-9)
  }

  @Test("an attack that the classifier answers rightly all the same is no loss, and one of which nobody knows is")
  func answeredRightly() throws {
    // So weak that exits lose many of them.
    let weak = Self.images(400, attack: "b", shift: [0.02, 0.1, 0.9], seed: 5)
    func certificate(trueClass: Int?) throws -> EarlyExits.Certificate {
      let labelled = weak.map { image in
        var image = image
        image.trueClass = trueClass
        return image
      }
      let calibration = try Self.fitting().calibration(clean: Self.clean, adversarial: Self.seen + labelled)
      return try #require(calibration.exits).certificate
    }
    let without = try #require(
      try Self.fitting().calibration(clean: Self.clean, adversarial: Self.seen).exits
    ).certificate
    let right = try certificate(trueClass: 1)
    let wrong = try certificate(trueClass: 2)
    let unknown = try certificate(trueClass: nil)
    #expect(right.counts.detections == without.counts.detections && right.firstQuantile == without.firstQuantile)
    #expect(wrong == unknown && wrong.counts.detections > right.counts.detections)
    #expect((wrong.firstQuantile ?? 0) < (right.firstQuantile ?? 0))
  }

  @Test("the share of clean images that leave is what the quantiles say, and false positives only fall")
  func cleanImages() throws {
    let calibration = try Self.fitting().calibration(clean: Self.clean, adversarial: Self.seen)
    let exits = try #require(calibration.exits)
    let first = try #require(exits.certificate.firstQuantile)
    let second: Double = 1 - (1 - first) / 2
    #expect(exits.exits.map(\.quantile) == [first, second])
    let decision = Decision(calibration, rule: .union, budget: 0.05)
    let fresh = Self.images(2000, attack: nil, shift: [0, 0, 0], seed: 9)
    var (complete, filtered, left) = (0, 0, 0)
    for image in fresh {
      let circumstances = Decision.Circumstances(origin: image.origin, confidence: nil)
      let isFlagged = decision.decide(image.scores, circumstances).isFlagged
      let end = decision.end(of: image.scores, circumstances)
      complete += isFlagged ? 1 : 0
      filtered += isFlagged && end.ending != .exit ? 1 : 0
      left += end.ending == .exit ? 1 : 0
      if end.ending == .flagged { #expect(isFlagged) }
    }
    #expect(filtered <= complete && Double(complete) / 2000 < 0.07)
    #expect(Double(left) / 2000 > first - 0.05)
    let everything = 24.1 / 7
    #expect(try #require(exits.certificate.callsPerCleanImage) < everything)
  }

  /// Attacks that fool the main model and the known witnesses alike: only the private one sees them.
  @Test("whoever aims at the exit still meets a private witness", arguments: [false, true])
  func aimedAtTheExit(drawsOrder: Bool) throws {
    let calibration = try Self.fitting(hidden: 2, drawsOrder: drawsOrder).calibration(
      clean: Self.clean, adversarial: Self.seen)
    let exits = try #require(calibration.exits)
    #expect(!exits.exits.isEmpty)
    let hidden = try #require(calibration.witnesses.names.firstIndex(of: "witness 2"))
    #expect(exits.exits.allSatisfy { $0.asked.contains(hidden) })
    let aimed = Self.images(300, attack: "aimed", shift: [-0.5, -0.5, 1.2], seed: 7)
    let decision = Decision(calibration, rule: .union, budget: 0.05)
    for image in aimed {
      let circumstances = Decision.Circumstances(origin: image.origin, confidence: nil)
      for draw in [nil, 1, 2, 3] as [UInt64?] {
        var asked: [Int] = []
        for place in calibration.witnesses.order(drawing: drawsOrder ? draw : nil) {
          asked.append(place)
          if decision.ending(image.scores, circumstances, asked: asked) != nil { break }
        }
        #expect(asked.contains(hidden))
      }
    }
  }

  @Test("where the order is drawn, exits are there for every order")
  func drawnOrders() throws {
    let calibration = try Self.fitting(drawsOrder: true).calibration(clean: Self.clean, adversarial: Self.seen)
    let exits = try #require(calibration.exits)
    // Two of like cost in either order, and both before the third.
    #expect(Set(exits.exits.map(\.asked)) == [[0], [1], [0, 1]])
    #expect(exits.certificate.terms.drawsOrder)
  }
}
