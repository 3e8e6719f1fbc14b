import Decision
import Logging

extension Logger {
  /// Warns that clean images no longer score like those of the calibration.
  func warnOfStaleCalibration(_ change: TrafficReport.Change) {
    warning(
      "the calibration is stale",
      metadata: [
        "change": "\(change)", "remedy": "\(TrafficReport.Change.remedy)", "scores": "\(change.direction.rawValue)",
        "images": "\(change.images)", "meanPValue": "\(change.meanPValue)", "upperFifth": "\(change.upperFifth)",
      ])
  }
}
