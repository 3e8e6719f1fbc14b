import Common
import Detectors
import ImageCodecs
import Preprocessing

/// Asks the detector that looks at the file, and brings the picture into the form that its policies want.
struct LookAtFile: Stage {
  let phase = Phase.detect
  private let findings: FilterDefinition.PlacedFileFindings?
  private let preprocessor: Preprocessor

  init(_ definition: FilterDefinition) {
    findings = definition.fileFindings
    preprocessor = definition.preprocessor
  }

  /// - Throws: `refused-finding`, with the detector's score in the verdict; `out-of-memory`.
  func advance(_ passage: inout Passage) throws(SluiceError) -> StageProgress {
    guard let decoded = passage.decoded.take() else {
      if let findings { passage.scores.enter(DetectorScore(nil, "no file to look at"), at: findings.place) }
      return .goesOn
    }
    guard let findings else {
      passage.source = decoded.takePixels()
      return .goesOn
    }
    var look = try findings.detector.look(at: decoded, threshold: findings.threshold, preprocessor)
    passage.scores.enter(look.score, at: findings.place)
    guard look.refused.isEmpty else {
      throw SluiceError(
        .refusedFinding, "the filter refuses files with \(look.refused.map(\.rawValue).joined(separator: ", "))")
    }
    passage.scaled = look.picture.take()
    passage.source = findings.detector.canonical(decoded)
    return .goesOn
  }
}

extension FilterDefinition {
  /// The detector that looks at the file, and its place among the detectors.
  struct PlacedFileFindings: Sendable {
    let place: Int
    let detector: FileFindings
    let threshold: Double
  }

  /// `nil` for a filter without one.
  var fileFindings: PlacedFileFindings? {
    for (place, configured) in detectors.enumerated() {
      guard case .file(let detector) = configured.detector.sort else { continue }
      // A filter file always gives this detector a threshold.
      let threshold = configured.threshold ?? FileFindings.kind.defaultThreshold ?? 0
      return PlacedFileFindings(place: place, detector: detector, threshold: threshold)
    }
    return nil
  }

  /// Whether a detector looks at the decoded picture before it is scaled.
  var looksAtSource: Bool { detectors.contains(where: \.detector.looksAtSource) }
}
