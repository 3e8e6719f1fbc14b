import Classifiers
import Common
import Detectors
import Pixels
import Preprocessing

/// Asks the protected classifier about the image as it is.
struct AskClassifier: Stage {
  let phase = Phase.detect
  private let classifier: (any Classifier)?
  private let encoder: TensorEncoder
  private let labels: ClassLabels?
  private let weighing: Weighing

  init(_ filter: OpenedFilter, _ weighing: Weighing) {
    classifier = filter.classifier
    encoder = filter.definition.encoder(.unit)
    labels = filter.labels
    self.weighing = weighing
  }

  /// - Throws: `classifier-failed`, unless the image is wanted all the same.
  func advance(_ passage: inout Passage) async throws(SluiceError) -> StageProgress {
    guard let classifier, let image = passage.image else { return .goesOn }
    var watch = Stopwatch()
    let batch = encoder.encoded(image.pixels)
    let prediction: Prediction
    do throws(SluiceError) { prediction = try await classifier.predictions(for: batch)[0] } catch {
      return try passage.goOnWithout(error)
    }
    passage.encoded = consume batch
    passage.verdict.asked.append(.init(name: Verdict.Asked.classifier, milliseconds: watch.lap(), isPrivate: false))
    passage.evidence = PredictionEvidence(original: prediction)
    passage.forwardedPrediction = prediction
    passage.verdict.prediction = Verdict.PredictionSummary(prediction, labels)
    return weighing.progress(&passage, after: nil)
  }
}

extension Passage {
  /// Forwards the image without a judgement where that is preferred to no answer, unless it is certain to be flagged.
  ///
  /// - Throws: the error, where it is not.
  mutating func goOnWithout(_ error: SluiceError) throws(SluiceError) -> StageProgress {
    guard wanted.failsOpen else { throw error }
    guard !isCertainlyFlagged else {
      verdict.ending = .flaggedEarly
      return .ends
    }
    verdict.error = error
    verdict.handling = .unjudged
    return .ends
  }
}

extension Verdict.PredictionSummary {
  fileprivate init(_ prediction: Prediction, _ labels: ClassLabels?) {
    self.init(
      topClass: prediction.topClass, label: labels?[prediction.topClass],
      probability: prediction.topProbability, logOdds: prediction.topLogOdds)
  }
}
