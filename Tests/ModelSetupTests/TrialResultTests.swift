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

  /// Outcomes of as many photographs as there are predictions, of two classes each.
  private func result(
    _ predictions: [[[Float]]], moved: [[[Float]]]? = nil, trueClasses: [Int?], by measure: TrialResult.Measure
  ) -> TrialResult {
    let outcomes = predictions.indices.map { index in
      CandidateOutcome(
        PreparationCandidate(
          steps: [.centerCrop(PixelSize(width: 8, height: 8))],
          normalisation: UsualPreparations.normalisations(.rgb)[index], order: .rgb),
        predictions: predictions[index], moved: moved?[index] ?? [], trueClasses: trueClasses)
    }
    return TrialResult(outcomes, by: measure, prefersUsual: false)
  }

  @Test("photographs contradict a candidate that is wrong more often, and none that is only less sure")
  func contradiction() throws {
    let labels = (0..<20).map { $0 % 2 }
    func answers(_ right: Float) -> [[Float]] { labels.map { $0 == 0 ? [right, 1 - right] : [1 - right, right] } }
    let result = result([answers(0.9), answers(0.7), answers(0.2)], trueClasses: labels, by: .accuracy)
    #expect(result.contradiction(of: result.outcomes[0]) == nil)
    #expect(result.isClear(against: result.outcomes[1]) && result.contradiction(of: result.outcomes[1]) == nil)
    #expect(
      result.contradiction(of: result.outcomes[2])
        == "photographs say otherwise: RGB, ImageNet mean and std is right on 1.00 of them, this one on 0.00")
  }

  @Test("without labels, far less information contradicts a candidate")
  func contradictionWithoutLabels() throws {
    let classes = (0..<20).map { $0 % 2 }
    func answers(_ sure: Float) -> [[Float]] { classes.map { $0 == 0 ? [sure, 1 - sure] : [1 - sure, sure] } }
    let predictions = [answers(0.99), answers(0.95), answers(0.51)]
    let result = result(
      predictions, moved: predictions, trueClasses: classes.map { _ in nil }, by: .information)
    #expect(result.contradiction(of: result.outcomes[1]) == nil)
    let text = try #require(result.contradiction(of: result.outcomes[2]))
    #expect(text.hasSuffix("ImageNet mean and std has 0.67 of information, this one 0.00"), "\(text)")
  }

  @Test("what is said of labels that the model does not find, also of some of the candidates")
  func refutedLabels() throws {
    let result = TrialResult(
      [outcome(0, 0.1, 0.2)], by: .information, prefersUsual: false, refutedLabels: .init(count: 50, accuracy: 0.0))
    let text = try #require(result.labelDoubt)
    #expect(
      text.hasPrefix("folders or file names give classes for 50 photographs, of which the model finds 0.00: either"))
    #expect(self.result(2).labelDoubt == nil)
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
