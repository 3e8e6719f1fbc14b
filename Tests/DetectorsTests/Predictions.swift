import Classifiers
import Detectors
import Squeezers

func prediction(_ logits: [Float]) throws -> Prediction { try Prediction(logits: logits.span) }

extension PredictionEvidence {
  /// Evidence in which every squeezed version that a detector asks for has the same prediction, but for `exceptions`.
  static func uniform(
    _ original: Prediction, for detector: any PredictionDetector, squeezed: Prediction,
    except exceptions: [Int: Prediction] = [:]
  ) -> PredictionEvidence {
    let pairs = detector.squeezers.enumerated().map { ($1.description, exceptions[$0] ?? squeezed) }
    return PredictionEvidence(original: original, squeezed: Dictionary(pairs) { first, _ in first })
  }
}
