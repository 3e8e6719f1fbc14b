import Decision
import TestSupport
import Testing

@Suite struct CleanDistributionTests {
  /// The definition, in one line.
  private func naivePValue(_ score: Double?, _ clean: [Double?]) -> Double {
    guard let score else { return 1 }
    return Double(1 + clean.count { $0.map { $0 >= score } ?? false }) / Double(clean.count + 1)
  }

  /// Every multiset of up to four scores among 0, 1, 2 and an abstention.
  static let smallSets: [[Double?]] = {
    let values: [Double?] = [nil, 0, 1, 2]
    var sets: [[Double?]] = [[]]
    var last: [[Double?]] = [[]]
    for _ in 0..<4 {
      last = last.flatMap { set in values.map { set + [$0] } }
      sets += last
    }
    return sets
  }()

  @Test("p-values follow the definition for every small set of clean scores")
  func smallSetsAgree() {
    for clean in Self.smallSets {
      let distribution = CleanDistribution(clean)
      for score in [nil, -1, 0, 0.5, 1, 1.5, 2, 3] as [Double?] {
        #expect(distribution.pValue(of: score) == naivePValue(score, clean), "\(clean) \(String(describing: score))")
      }
    }
  }

  @Test("scores between, at and beyond those that are kept have the p-value of the rank that the definition names")
  func everyRankIsFound() {
    for count in 0...40 {
      // Every third score comes twice.
      let clean = (0..<count).map { Double($0 - ($0 % 3 == 1 ? 1 : 0)) as Double? }
      let distribution = CleanDistribution(clean, keepsAll: true)
      for score in stride(from: -1.0, through: Double(count) + 1, by: 0.5) {
        #expect(distribution.pValue(of: score) == naivePValue(score, clean), "\(score) of \(count)")
      }
    }
  }

  @Test("the threshold is the published rank for every small set of scores", arguments: [0.05, 0.2, 0.5])
  func thresholdIsTheRank(rate: Double) {
    for clean in Self.smallSets where !clean.isEmpty && !clean.contains(nil) {
      let sorted = clean.compactMap(\.self).sorted()
      let rank = Int((Double(sorted.count) * (1 - rate)).rounded(.up))
      #expect(CleanDistribution(clean).threshold(falsePositiveRate: rate) == sorted[rank - 1], "\(clean)")
    }
  }

  @Test("a long list of scores is kept in few, exact in the tail, and elsewhere a little too large at most")
  func compactionIsConservative() {
    var random = RepeatableRandom(seed: 3)
    let clean = (0..<5000).map { _ in (Double.random(in: 0...1, using: &random) * 1e6).rounded() / 1e6 }
    let distribution = CleanDistribution(clean)
    #expect(distribution.knots.count < 200)
    for _ in 0..<500 {
      let score = Double.random(in: -0.1...1.1, using: &random)
      let (kept, exact) = (distribution.pValue(of: score), naivePValue(score, clean))
      #expect(kept >= exact - 1e-12)
      #expect(kept <= 1.05 * exact)
      if exact < 0.005 { #expect(abs(kept - exact) < 1e-12) }
    }
    let whole = CleanDistribution(clean, keepsAll: true)
    #expect(whole.knots.count > 4000 && whole.pValue(of: 0.5) == naivePValue(0.5, clean))
  }

  @Test("clean images are flagged as often as the budget says, and no oftener", arguments: [0.05, 0.2])
  func falsePositiveRateHolds(budget: Double) {
    var random = RepeatableRandom(seed: 11)
    var flagged = 0
    for _ in 0..<4000 {
      let scores = (0..<40).map { _ in Double.random(in: 0...1, using: &random) }
      if CleanDistribution(Array(scores.dropLast())).pValue(of: scores[39]) <= budget { flagged += 1 }
    }
    // 39 scores and one new one: both budgets are multiples of 1/40, so the rate is exact. Four deviations either way.
    let deviation = (budget * (1 - budget) / 4000).squareRoot()
    #expect(abs(Double(flagged) / 4000 - budget) < 4 * deviation)
  }

  @Test("evidence grows with the score, beyond every clean one too, up to its limit")
  func evidenceGrows() {
    let distribution = CleanDistribution((1...200).map { Double($0) / 200 })
    let evidence = stride(from: 0.0, through: 5, by: 0.01).map { distribution.evidence(of: $0) }
    #expect(zip(evidence, evidence.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(distribution.evidence(of: 1.1) > distribution.evidence(of: 1.05))
    #expect(evidence.last == CleanDistribution.maxEvidence)
    #expect(distribution.evidence(of: nil) == 0)
  }

  @Test("identical scores give a p-value of 1, and certainty only to what exceeds them")
  func identicalScores() {
    let distribution = CleanDistribution([Double](repeating: 0.5, count: 100))
    #expect(distribution.pValue(of: 0.5) == 1)
    #expect(distribution.pValue(of: 0.6) == 1.0 / 101)
    #expect(distribution.tail == nil)
  }
}
