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
    "one number is of two classes unless the class beside it shows that it is the score of that class",
    arguments: [
      (.oneProbability, [0.2, 0.7, 0.5], [0, 1, 0], .oneProbability), (.oneLogit, [-3, 0.4], [0, 1], .oneLogit),
      // More classes than two.
      (.oneProbability, [0.2, 0.7], [4, 9], .best), (.oneLogit, [0.8, 7], [1, 2], .best),
      (.oneProbability, [0.8, 0.7], [7, 7], .best),
      // The highest of two.
      (.oneProbability, [0.8, 0.7], [0, 1], .best), (.oneLogit, [2, 3], [1, 0], .best),
      // One side alone was seen.
      (.oneProbability, [0.02, 0.03], [0, 0], .oneProbability),
      (.oneProbability, [0.8, 0.7], [1, 1], .oneProbability),
      (.oneLogit, [-4, -5], [0, 0], .oneLogit),
      // Another border.
      (.oneProbability, [0.2, 0.4, 0.7], [0, 1, 1], .oneProbability),
      // A version of the model.
      (.oneProbability, [0.2, 0.7], [7, 7], .oneProbability), (.oneLogit, [-3, 0.4], [0, 0], .oneLogit),
    ] as [(OutputKind, [Float], [Float], OutputKind)])
  func classBeside(kind: OutputKind, scores: [Float], classes: [Float], corrected: OutputKind) {
    #expect(kind.corrected(byScores: scores, classes: classes) == corrected)
  }
}
