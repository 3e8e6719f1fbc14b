import Decision
import TestSupport
import Testing

@Suite struct ScorePlaceTests {
  /// Scores with ties, abstentions and a tail.
  private static func score(_ random: inout RepeatableRandom) -> Double? {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<3: nil
    case 3..<5: 0.25
    default: Double.random(in: 0..<1, using: &random)
    }
  }

  @Test("a score's expected p-value among all others is ½ on average, and a fifth lies in the upper fifth, exactly")
  func isUniform() {
    var random = RepeatableRandom(seed: 3)
    let scores = (0..<40).map { _ in Self.score(&random) }
    let places = scores.indices.map { index in
      CleanDistribution(Array(scores[..<index] + scores[(index + 1)...]), keepsAll: true).place(of: scores[index])
    }
    #expect(abs(places.reduce(0) { $0 + $1.middle } / 40 - 0.5) < 1e-12)
    #expect(abs(places.reduce(0) { $0 + $1.part(below: 0.2) } / 40 - 0.2) < 1e-12)
    #expect(places.allSatisfy { 0 <= $0.low && $0.low < $0.high && $0.high <= 1 })
  }

  @Test("scores that were not kept bias nothing, unlike p-values that are rounded up")
  func isUnbiased() {
    var random = RepeatableRandom(seed: 4)
    let scores = (0..<20_000).map { _ in Double.random(in: 0..<1, using: &random) as Double? }
    let clean = CleanDistribution(scores)
    #expect(clean.knots.count < 400)
    let mean = scores.reduce(0) { $0 + clean.place(of: $1).middle } / 20_000
    let upper = scores.reduce(0) { $0 + clean.place(of: $1).part(below: 0.2) } / 20_000
    #expect(abs(mean - 0.5) < 1e-3 && abs(upper - 0.2) < 1e-3)
    #expect(scores.reduce(0) { $0 + clean.pValue(of: $1) } / 20_000 > 0.505)
  }

  @Test("beyond all scores, below all, and among none")
  func ends() {
    let clean = CleanDistribution([0.1, 0.2, 0.3, nil])
    #expect(clean.place(of: 0.9) == ScorePlace(low: 0, high: 0.2))
    #expect(clean.place(of: 0.3) == ScorePlace(low: 0, high: 0.4))
    #expect(clean.place(of: 0.25) == ScorePlace(low: 0.2, high: 0.4))
    #expect(clean.place(of: 0) == ScorePlace(low: 0.6, high: 0.8))
    #expect(clean.place(of: nil) == ScorePlace(low: 0.6, high: 1))
    #expect(CleanDistribution([]).place(of: 0.5) == ScorePlace(low: 0, high: 1))
    #expect(CleanDistribution([nil, nil]).place(of: nil) == ScorePlace(low: 0, high: 1))
    #expect(ScorePlace(low: 0.25, high: 0.75).part(below: 0.5) == 0.5)
    #expect(ScorePlace(low: 0.25, high: 0.75).beyond(0.5) == ScorePlace(low: 0, high: 0.5))
    #expect(ScorePlace(low: 0.75, high: 1).beyond(0.5) == ScorePlace(low: 0.5, high: 1))
    #expect(ScorePlace(low: 0.25, high: 0.5).beyond(0.5) == nil)
  }
}
