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
}
