import Classifiers
import Detectors
import Pixels
import Squeezers
import Testing

struct FeatureSqueezingTests {
  private func prediction(_ logits: [Float]) throws -> Prediction { try Prediction(logits: logits.span) }

  @Test func l1IsTheSumOfAbsoluteDifferences() throws {
    let (p, q) = (try prediction([0, 1, 2]), try prediction([2, 1, 0]))
    let expected = zip(p.probabilities, q.probabilities).map { abs(Double($0) - Double($1)) }.reduce(0, +)
    #expect(abs(Distance.l1.between(p, q) - expected) < 1e-12)
    #expect(Distance.l1.between(p, p) == 0)
  }

  @Test func l1OfOppositeCertaintiesIsTwo() throws {
    let distance = Distance.l1.between(try prediction([100, 0]), try prediction([0, 100]))
    #expect(abs(distance - 2) < 1e-6)
  }

  @Test func meanLogDifferenceLooksAtTheLikeliestClasses() throws {
    let (p, q) = (try prediction([5, 4, 0, -50]), try prediction([5, 3, 9, 50]))
    let expected = [0, 1].map { abs(Double(p.logProbabilities[$0]) - Double(q.logProbabilities[$0])) }
    #expect(abs(Distance.meanLogDifference(top: 2).between(p, q) - (expected[0] + expected[1]) / 2) < 1e-6)
  }

  @Test func meanLogDifferenceIsFiniteWhereProbabilitiesUnderflow() throws {
    let distance = Distance.meanLogDifference(top: 5).between(
      try prediction([0, -500, 3]), try prediction([900, 0, 0]))
    #expect(distance.isFinite && distance > 100)
  }

  @Test func topMayExceedTheNumberOfClasses() throws {
    let (p, q) = (try prediction([1, 2]), try prediction([2, 1]))
    #expect(Distance.meanLogDifference(top: 1000).between(p, q) > 0)
  }

  @Test func scoreIsTheLargestDistance() throws {
    let squeezers: [any Squeezer] = [BitDepth(bits: 5), Median(window: 2)]
    let detector = FeatureSqueezing(squeezers: squeezers, distance: .l1)
    let (original, near, far) = (try prediction([3, 0]), try prediction([2.9, 0]), try prediction([0, 3]))
    let evidence = Evidence(original: original, squeezed: ["bitDepth 5": near, "median 2": far])
    let score = detector.score(evidence)
    #expect(score.value == Distance.l1.between(original, far))
    #expect(score.sentence.contains("the class changes under median 2"))
    #expect(score.detail.squeezers.map(\.topClass) == [0, 1])
  }
}
