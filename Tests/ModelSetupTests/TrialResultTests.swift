import ModelSetup
import Pixels
import Preprocessing
import Testing

/// What is said of candidates that were tried.
struct TrialResultTests {
  private static let side = 224

  /// An outcome of two photographs of class 0.
  private func outcome(_ index: Int, _ first: Float, _ second: Float) -> CandidateOutcome {
    let size = PixelSize(width: Self.side + index, height: Self.side)
    let candidate = PreparationCandidate(
      steps: [.resizeExactly(size, .bilinear)], normalisation: UsualPreparations.normalisations(.rgb)[0], order: .rgb)
    return CandidateOutcome(
      candidate, predictions: [[first, 1 - first], [second, 1 - second]], moved: [], trueClasses: [0, 0])
  }

  /// The usual one has the lowest likelihood of those that two photographs do not tell apart; one candidate is plainly wrong.
  private func result(_ rivals: Int) -> TrialResult {
    let others = (1...rivals).map { outcome($0, 0.9, 0.5 + 0.001 * Float($0)) }
    return TrialResult([outcome(0, 0.6, 0.6)] + others + [outcome(100, 0.1, 0.1)], by: .accuracy, prefersUsual: true)
  }

  private func rows(_ text: String) -> [Substring] {
    text.split(separator: "\n").filter { $0.hasPrefix("  squash to") }
  }

  @Test("the one that is taken is shown, however far down it stands")
  func taken() throws {
    let result = result(8)
    #expect(result.taken.candidate == result.outcomes[8].candidate)
    let rows = rows(result.text)
    #expect(rows.count == 7)
    #expect(try #require(rows.last).hasPrefix("  \(result.taken.candidate.geometry) "))
  }

  @Test("of those that are not shown, the ones within noise are not called worse")
  func rest() {
    #expect(result(8).text.contains("  and 3 more, 2 of them within noise of the first\n"))
    #expect(result(6).text.contains("  and 1 that do worse\n"))
    #expect(!result(4).text.contains("  and "))
  }

  @Test("a rival that the warning names is shown")
  func rival() throws {
    // Both photographs tell the first from those that follow it, and nothing tells it from the last.
    let clear = (1...7).map { outcome($0, 0.9 - 0.001 * Float($0), 0.9 - 0.001 * Float($0)) }
    let result = TrialResult(
      [outcome(0, 0.9, 0.9)] + clear + [outcome(8, 0.95, 0.51)], by: .accuracy, prefersUsual: true)
    let rival = try #require(result.rivals.first)
    #expect(rival.candidate == result.outcomes.last?.candidate)
    #expect(result.text.contains("within noise of \(rival.candidate.geometry)"))
    #expect(rows(result.text).contains { $0.hasPrefix("  \(rival.candidate.geometry) ") })
  }
}
