import ModelSetup
import Testing

/// What numbers stand for, seen from the answers to several pictures.
struct OutputKindTests {
  @Test(
    "8-bit outputs are told by the mean of their sums, and others by each",
    arguments: [
      // Unsure of the first picture.
      ([[0.2, 0.1, 0], [1, 0, 0], [0.9, 0.05, 0.04]], true, .roundedProbabilities),
      ([[0, 0, 0], [1, 0, 0], [0.9, 0.05, 0.04]], true, .roundedProbabilities),
      // That these sum to one says nothing about the next.
      ([[1, 0, 0], [0, 1, 0]], true, .roundedProbabilities),
      ([[0.2, 0.1, 0], [0.1, 0.1, 0]], true, .logits), ([[0.9, 0.9, 0.9], [0.8, 0.9, 1]], true, .logits),
      ([[1, 0, 0], [0, 1, 0]], false, .probabilities), ([[0.2, 0.1, 0], [1, 0, 0]], false, .independent),
      ([[2, 0, 0], [1, 0, 0]], false, .logits), ([[0.5], [0.1]], true, .oneProbability), ([[-3]], false, .oneLogit),
    ] as [([[Float]], Bool, OutputKind)])
  func kinds(runs: [[Float]], isQuantised: Bool, kind: OutputKind) {
    #expect(OutputKind(ofRuns: runs, isQuantised: isQuantised) == kind)
  }

  @Test(
    "one number is of two classes where the class beside it is the side that it lies on, and both sides were seen",
    arguments: [
      (.oneProbability, [0.2, 0.7, 0.5], [0, 1, 0], .oneProbability), (.oneLogit, [-3, 0.4], [0, 1], .oneLogit),
      (.oneProbability, [0.2, 0.7], [4, 9], .best), (.oneProbability, [0.8, 0.7], [0, 1], .best),
      (.oneProbability, [0.8, 0.7], [1, 1], .best), (.oneLogit, [0.8, 7], [1, 2], .best),
    ] as [(OutputKind, [Float], [Float], OutputKind)])
  func classBeside(kind: OutputKind, scores: [Float], classes: [Float], corrected: OutputKind) {
    #expect(kind.corrected(byScores: scores, classes: classes) == corrected)
  }
}
