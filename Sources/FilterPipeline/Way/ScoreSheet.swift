import Classifiers
import Common
import Detectors
import Pixels

/// The detectors' scores of one image, filled in as the evidence comes in.
struct ScoreSheet: Sendable {
  private let detectors: [FilterDefinition.DetectorDefinition]
  private var scores: [DetectorScore?]

  init(_ detectors: [FilterDefinition.DetectorDefinition]) {
    self.detectors = detectors
    scores = [DetectorScore?](repeating: nil, count: detectors.count)
  }

  func value(at index: Int) -> Double? { scores[index]?.value }

  /// Whether the detector at this place has spoken, if only to abstain.
  func isEntered(at index: Int) -> Bool { scores[index] != nil }

  /// Enters the score of the detector at this place.
  mutating func enter(_ score: DetectorScore, at index: Int) { scores[index] = score }

  mutating func lookAtSource(_ source: borrowing PixelImage, scaledTo size: PixelSize) {
    for index in detectors.indices {
      guard case .source(let detector) = detectors[index].detector.sort else { continue }
      scores[index] = Self.timed { detector.score(source, scaledTo: size) }
    }
  }

  mutating func lookAtImage(_ image: borrowing PixelImage) {
    let shared = SharedPlanes()
    for index in detectors.indices {
      guard case .image(let detector) = detectors[index].detector.sort else { continue }
      scores[index] = Self.timed { detector.score(image, sharing: shared) }
    }
  }

  /// Asks the detectors that compare predictions, as soon as there is everything that they wait for.
  mutating func compare(_ evidence: PredictionEvidence) {
    for index in detectors.indices where scores[index] == nil {
      guard case .prediction(let detector) = detectors[index].detector.sort, evidence.suffices(for: detector)
      else { continue }
      scores[index] = Self.timed { detector.score(evidence) }
      scores[index]?.milliseconds += evidence.milliseconds(for: detector)
    }
  }

  private static func timed(_ look: () -> DetectorScore) -> DetectorScore {
    var watch = Stopwatch()
    var score = look()
    score.milliseconds = watch.lap()
    return score
  }

  /// What each detector says, in the order of the filter file.
  ///
  /// - Parameters:
  ///   - isComplete: whether all of them were asked; otherwise those that were not are left out.
  /// - Throws: `classifier-failed` for a score that is not a number: it would compare as harmless; and for a detector that was
  ///   never asked, which would be taken for one that found nothing.
  func verdicts(isComplete: Bool) throws(SluiceError) -> [Verdict.DetectorVerdict] {
    var verdicts: [Verdict.DetectorVerdict] = []
    for (detector, score) in zip(detectors, scores) {
      guard let score else {
        guard isComplete else { continue }
        throw SluiceError(.classifierFailed, "the detector \(detector.name) was not asked")
          .keptPrivate(detector.isPrivate)
      }
      guard score.value?.isFinite ?? true else {
        throw SluiceError(.classifierFailed, "the score of \(detector.name) is not a finite number")
          .keptPrivate(detector.isPrivate)
      }
      verdicts.append(Verdict.DetectorVerdict(detector, score))
    }
    return verdicts
  }
}

extension Verdict.DetectorVerdict {
  init(_ detector: FilterDefinition.DetectorDefinition, _ score: DetectorScore) {
    self.init(
      name: detector.name, kind: detector.kind, score: score, threshold: detector.threshold,
      isPrivate: detector.isPrivate, looksAtSource: detector.detector.looksAtSource)
  }
}
