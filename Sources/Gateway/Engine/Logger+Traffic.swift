import Decision
import Logging

extension Logger {
  /// Warns that clean images no longer score like those of the calibration.
  func warn(of warning: CalibrationWarning) {
    switch warning {
    case .stale(let change):
      self.warning(
        "the calibration is stale",
        metadata: [
          "change": "\(change)", "remedy": "\(TrafficReport.Change.remedy)", "scores": "\(change.direction.rawValue)",
          "images": "\(change.images)", "meanPValue": "\(change.meanPValue)", "upperFifth": "\(change.upperFifth)",
        ])
    case .exits(let report):
      self.warning(
        "early exits let more go than the calibration says",
        metadata: [
          "exits": "\(report)", "remedy": "\(ExitAudit.Report.remedy)", "audited": "\(report.audited)",
          "flagged": "\(report.flagged)", "lower": "\(report.lower)", "upper": "\(report.upper)",
          "expected": "\(report.expected)",
        ])
    }
  }
}
