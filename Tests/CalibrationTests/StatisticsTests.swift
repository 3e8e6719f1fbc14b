import Calibration
import TestSupport
import Testing

@Suite struct StatisticsTests {
  @Test(
    "Wilson's interval, as in his formula worked out by hand",
    arguments: [
      (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (4, 125, 0.0125, 0.0794),
    ])
  func wilson(count: Int, total: Int, low: Double, high: Double) {
    let interval = Rate(count: count, of: total).interval
    #expect(abs(interval.lowerBound - low) < 1e-4 && abs(interval.upperBound - high) < 1e-4, "\(interval)")
  }

  @Test("the area under the curve is the share of pairs in the right order, ties and abstentions counted")
  func areaIsShareOfPairs() {
    var random = RepeatableRandom(seed: 5)
    func scores(_ count: Int) -> [Double?] {
      (0..<count).map { _ in Bool.random(using: &random) ? nil : Double(Int.random(in: 0...3, using: &random)) }
    }
    for _ in 0..<200 {
      let (clean, adversarial) = (
        scores(.random(in: 1...6, using: &random)), scores(.random(in: 1...6, using: &random))
      )
      let pairs = clean.flatMap { low in
        adversarial.map { high -> Double in
          let (a, b) = (low ?? -1, high ?? -1)
          return b > a ? 1 : b == a ? 0.5 : 0
        }
      }
      let area = RankStatistics(clean: clean, adversarial: adversarial).areaUnderCurve
      #expect(abs((area ?? -1) - pairs.reduce(0, +) / Double(pairs.count)) < 1e-12)
    }
    #expect(RankStatistics(clean: [], adversarial: [1]).areaUnderCurve == nil)
  }

  @Test("scores of several fits are compared within each, and every adversarial image counts alike")
  func areaOfSeveralFits() throws {
    let fits: [(clean: [Double?], adversarial: [Double?])] = [
      ([1, 2, 2, nil], [2, 3, nil]), ([100, 300, 200, 400], [250]), ([-1, -1, -1, -1], [-2, -1]),
    ]
    let areas = fits.compactMap { RankStatistics(clean: $0.clean, adversarial: $0.adversarial).areaUnderCurve }
    let mean = zip(fits, areas).reduce(0) { $0 + Double($1.0.adversarial.count) * $1.1 } / 6
    let area = try #require(RankStatistics(fits: fits).areaUnderCurve)
    #expect(areas.count == 3 && abs(area - mean) < 1e-12)
    #expect(RankStatistics(fits: []).areaUnderCurve == nil)
  }

  @Test("the curve climbs from nothing to everything")
  func curveClimbs() {
    let curve = RankStatistics(clean: [1, 2, 3, nil], adversarial: [2, 4, nil]).curve
    #expect(curve.first?.truePositives == 0 && curve.last?.truePositives == 1 && curve.last?.falsePositives == 1)
    #expect(
      zip(curve, curve.dropFirst()).allSatisfy {
        $0.falsePositives <= $1.falsePositives && $0.truePositives <= $1.truePositives
      })
  }

  private static func pairs(_ new: Bool, _ old: Bool, _ count: Int) -> [(new: Bool, old: Bool)] {
    (0..<count).map { _ in (new, old) }
  }

  @Test("McNemar's p-value is the binomial sum")
  func mcNemar() {
    for onlyNew in 0...8 {
      for onlyOld in 0...8 {
        let pairs = Self.pairs(true, false, onlyNew) + Self.pairs(false, true, onlyOld) + Self.pairs(true, true, 3)
        let trials = onlyNew + onlyOld
        func choose(_ k: Int) -> Double { (0..<k).reduce(1.0) { $0 * Double(trials - $1) / Double($1 + 1) } }
        let tail = (0...min(onlyNew, onlyOld)).reduce(0.0) { $0 + choose($1) } / Double(1 << trials)
        let comparison = PairedComparison(pairs)
        #expect(abs(comparison.pValue - min(1, 2 * tail)) < 1e-9)
        #expect(comparison.interval.contains(comparison.difference) || trials < 3)
      }
    }
    #expect(PairedComparison([]).pValue == 1)
  }
}
