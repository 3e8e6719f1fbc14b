import Decision
import Detectors

extension TrafficMonitor {
  /// Counts the image of a verdict, where it was found clean by the calibration; any other is left out.
  ///
  /// Of a filter with early exits only images that were drawn to be judged completely count: those that are judged
  /// completely because they look suspicious are no sample of the traffic.
  ///
  /// - Returns: what has changed, once: when the calibration has become stale by this image.
  package func note(_ verdict: Verdict) -> TrafficReport.Change? {
    guard verdict.outcome == .clean else { return nil }
    guard verdict.ending == .complete, verdict.isSample else { return nil }
    let calibrated = verdict.detectors.filter { $0.part != nil }
    guard !calibrated.isEmpty else { return nil }
    return note(calibrated.map(\.score.value), calibrated.compactMap(\.part), digest: verdict.sha256)
  }
}

extension Pipeline {
  /// A monitor of what this filter judges; `nil` without a calibration, or with one that keeps no photographs apart.
  ///
  /// - Parameters:
  ///   - other: of the filter that judged before, which goes on where it compares the same.
  package func trafficMonitor(continuing other: TrafficMonitor? = nil) -> TrafficMonitor? {
    guard let decision else { return nil }
    let privateDetectors = Set(definition.calibratedDetectors.filter(\.isPrivate).map(\.name))
    if let other, other.isFor(decision, privateDetectors: privateDetectors) { return other }
    return TrafficMonitor(decision, privateDetectors: privateDetectors)
  }
}

extension ExitAudit {
  /// Counts the image of a verdict, where it left early, or would have and was judged completely.
  ///
  /// - Returns: what was seen, once: when the exits' certificate no longer holds by this image.
  package func note(_ verdict: Verdict) -> Report? {
    guard verdict.ending == .complete else {
      if verdict.ending == .clearedEarly { noteLeft() }
      return nil
    }
    guard verdict.auditedExit != nil, verdict.outcome != .failed else { return nil }
    return noteAudited(isFlagged: verdict.outcome == .adversarial, digest: verdict.sha256)
  }
}

extension Pipeline {
  /// A watch of this filter's early exits; `nil` where it has none.
  ///
  /// - Parameters:
  ///   - other: of the filter that judged before, which goes on where its exits are the same.
  package func exitAudit(continuing other: ExitAudit? = nil) -> ExitAudit? {
    guard let exits = decision?.calibration.exits, !exits.exits.isEmpty else { return nil }
    return other?.certificate == exits.certificate ? other : ExitAudit(exits.certificate)
  }
}
