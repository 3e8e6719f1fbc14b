import Common
import ModelSetup
import Testing

/// A linear layer fitted on views of photographs.
@Suite struct WitnessFitTests {
  private static let views = 11

  /// Views whose scores are a linear function of the roots of some features, and noise.
  private static func samples(photographs: Int, noise: Double, classes: Int = 3) -> [WitnessSample] {
    var state: UInt64 = 42
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 0x1p53
    }
    return (0..<photographs * views).map { _ in
      let features = (0..<8).map { _ in Float(next() * 6) }
      let logits = (0..<classes).map { (output: Int) -> Float in
        let signal = 2 * Double(features[output]).squareRoot()
        return Float(signal + noise * (next() - 0.5))
      }
      return WitnessSample(features: features, logProbabilities: logits)
    }
  }

  @Test("what can be learned is learned, with the features that were drawn alone")
  func learns() throws {
    let fit = try WitnessFit(Self.samples(photographs: 40, noise: 0.01), features: [0, 1, 2, 5], featureCount: 8)
    #expect(fit.photographs == 40)
    #expect(fit.agreeing >= 38)
    #expect(fit.explained > 0.98)
    #expect(fit.commonest < 40)
    #expect(fit.head.biases.count == 3 && fit.head.weights.count == 24)
    for output in 0..<3 {
      for unused in [3, 4, 6, 7] { #expect(fit.head.weights[output * 8 + unused] == 0) }
      #expect(fit.head.weights[output * 8 + output] > 0)
    }
  }

  @Test("what cannot be learned is said to agree no more than chance does")
  func learnsNothing() throws {
    let fit = try WitnessFit(Self.samples(photographs: 60, noise: 5), features: [5, 6, 7], featureCount: 8)
    #expect(fit.explained < 0.1)
    #expect(fit.agreeing < 40)
  }

  @Test("answers that are all alike are refused")
  func constantAnswers() {
    let samples = (0..<40 * Self.views).map { index in
      WitnessSample(features: [Float(index % 7), 1], logProbabilities: [-0.1, -2.4])
    }
    let error = #expect(throws: SluiceError.self) { try WitnessFit(samples, features: [0, 1], featureCount: 2) }
    #expect(error?.remedy != nil)
  }

  @Test("one photograph leaves nothing to leave out")
  func onePhotograph() {
    #expect(throws: SluiceError.self) {
      try WitnessFit(Self.samples(photographs: 1, noise: 0.1), features: [0], featureCount: 8)
    }
  }

  @Test("a class that is all but impossible does not outweigh the others")
  func bounded() {
    let sample = WitnessSample(features: [1], logProbabilities: [0, -1e30])
    #expect(sample.scores == [25, -25])
  }
}
