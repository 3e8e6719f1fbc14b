import Classifiers
import Detectors
import Foundation
import Squeezers
import Testing

struct PredictionDetectorTests {
  @Test func transformConsistencyIsTheMeanDistance() throws {
    let detector = TransformConsistency(transforms: [Mirror(), Shift(x: 1, y: 0)], distance: .l1)
    let (original, far) = (try prediction([3, 0]), try prediction([0, 3]))
    let score = detector.score(.uniform(original, for: detector, squeezed: original, except: [0: far]))
    #expect(score.value == Distance.l1.between(original, far) / 2)
    #expect(score.sentence.contains("the class changes under mirror"))
  }

  @Test(arguments: [([2, 0, 0], [1, 0, 0], false), ([2, 0, 0], [0, 0, 1], true), ([2, 0, 0], [1, 1, 0], false)])
  func theLabelFlipsAboveZero(original: [Float], squeezed: [Float], flips: Bool) throws {
    let detector = LabelFlip()
    let score = detector.score(
      .uniform(try prediction(original), for: detector, squeezed: try prediction(squeezed)))
    #expect((try #require(score.value) > 0) == flips)
    #expect(score.sentence.contains("the class changes") == flips)
  }

  @Test func aSecondModelThatAgreesScoresLow() throws {
    let original = try prediction([4, 0, 1])
    let detector = AuxiliaryModel(model: "second", distance: .l1)
    func score(_ second: Prediction) -> DetectorScore {
      detector.score(PredictionEvidence(original: original, models: ["second": second]))
    }
    #expect(score(original).value == 0)
    let other = score(try prediction([0, 4, 1]))
    #expect(try #require(other.value) > 1)
    #expect(other.sentence == "second sees class 1 instead")
  }

  @Test func temperatureSoftensTheProtectedClassifierAlone() throws {
    let second = try prediction([1, 0, 0.25])
    let detector = AuxiliaryModel(model: "second", distance: .l1, temperature: 4)
    let score = detector.score(
      PredictionEvidence(original: try prediction([4, 0, 1]), models: ["second": second]))
    #expect(abs(try #require(score.value)) < 1e-6)
  }

  @Test func ensembleDisagreementIsTheJensenShannonDivergence() throws {
    let detector = EnsembleDisagreement(models: ["a", "b"])
    let (p, q) = (try prediction([100, 0, 0]), try prediction([0, 100, 0]))
    let agreeing = detector.score(PredictionEvidence(original: p, models: ["a": p, "b": p]))
    #expect(abs(try #require(agreeing.value)) < 1e-9)
    let three = detector.score(
      PredictionEvidence(original: p, models: ["a": q, "b": try prediction([0, 0, 100])]))
    #expect(abs(try #require(three.value) - log(3)) < 1e-6)
    #expect(three.sentence == "another class is seen by a, b")
  }

  @Test func anAutoencoderIsJudgedByErrorOrDivergence() throws {
    let (p, q) = (try prediction([8, 0]), try prediction([0, 8]))
    let evidence = PredictionEvidence(
      original: p,
      reconstructions: ["ae": .init(prediction: q, meanAbsoluteError: 0.25, meanSquaredError: 0.125)])
    func value(_ measure: AutoencoderDetector.Measure) -> Double? {
      AutoencoderDetector(model: "ae", measure: measure, temperature: 1).score(evidence).value
    }
    #expect(value(.absoluteError) == 0.25)
    #expect(value(.squaredError) == 0.125)
    #expect(value(.divergence) == Distance.jensenShannon.between(p, q))
  }
}
