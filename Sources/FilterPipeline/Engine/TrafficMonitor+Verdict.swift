import Decision
import Detectors

extension TrafficMonitor {
  /// Counts the image of a verdict, where it was found clean by the calibration; any other is left out.
  ///
  /// - Returns: what has changed, once: when the calibration has become stale by this image.
  package func note(_ verdict: Verdict) -> TrafficReport.Change? {
    guard verdict.outcome == .clean else { return nil }
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
