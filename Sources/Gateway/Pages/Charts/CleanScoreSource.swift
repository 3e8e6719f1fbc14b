import AuditLog
import Auditing
import Common
import Decision
import FilterPipeline
import Synchronization

/// How clean images score, by detector: as the calibration says, or as the log remembers.
final class CleanScoreSource: Sendable {
  private struct Sample {
    let filter: String
    let showsPrivate: Bool
    let end: ContinuousClock.Instant
    let scores: [String: [Double]]
  }

  private let sample = Mutex<Sample?>(nil)

  private static let maxRecords = 500
  private static let fewestScores = 20
  private static let freshness = Duration.seconds(60)

  /// `nil` where nothing is known.
  ///
  /// - Parameters:
  ///   - filter: the digest of the filter that gave the score.
  /// - Throws: `audit-unavailable`.
  func scores(
    of detector: String, filter: String, _ pipeline: Pipeline, _ log: PermittedLog
  ) throws(SluiceError) -> CleanScores? {
    if pipeline.identity.digest == filter, let calibrated = Self.calibrated(detector, pipeline.decision?.calibration) {
      return calibrated
    }
    let scores = try recorded(filter, log)[detector] ?? []
    guard scores.count >= Self.fewestScores else { return nil }
    return CleanScores(
      scores.map { ($0, 1) }, origin: "\(scores.count) clean images that this filter judged before")
  }

  private static func calibrated(_ name: String, _ calibration: Calibration?) -> CleanScores? {
    let detector = calibration?.detectors.first { $0.name == name }
    guard let clean = detector?.clean.strata[ImageOrigin.everything]?.all, !clean.knots.isEmpty else { return nil }
    // Between two scores that are kept, images are counted at the lower one.
    let above = clean.knots.dropFirst().map(\.atLeast) + [0]
    let values = zip(clean.knots, above).map { ($0.score, Double(max(1, $0.atLeast - $1))) }
    return CleanScores(values, origin: "\(clean.count) clean images of the calibration")
  }

  /// The scores of the last clean images that the filter judged.
  private func recorded(_ filter: String, _ log: PermittedLog) throws(SluiceError) -> [String: [Double]] {
    if let known = sample.withLock({ $0 }), known.filter == filter, known.showsPrivate == log.showsPrivate,
      known.end > .now
    {
      return known.scores
    }
    var query = AuditQuery()
    query.verdicts = [Verdict.Outcome.clean.rawValue]
    query.filter = filter
    var scores: [String: [Double]] = [:]
    for record in try log.records(query, limit: Self.maxRecords) {
      for detector in record.verdict.detectors {
        guard let name = detector.name, let score = detector.score else { continue }
        scores[name, default: []].append(score)
      }
    }
    let fresh = Sample(filter: filter, showsPrivate: log.showsPrivate, end: .now + Self.freshness, scores: scores)
    sample.withLock { $0 = fresh }
    return scores
  }
}
