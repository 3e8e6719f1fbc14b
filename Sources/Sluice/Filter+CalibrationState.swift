import Decision

extension Filter {
  /// Whether images still score as those of the calibration did. False positive rates hold no longer where they do not.
  public enum CalibrationState: Sendable, Hashable {
    /// Too few clean images were judged for anything but a great change to show.
    case tooFewImages
    /// Clean images score as those of the calibration did.
    case asCalibrated
    /// Clean images score differently, or early endings let more images go than the calibration says: what was seen, and what
    /// to do about it. It stays so until the filter is opened again.
    case stale(String)
  }
}

extension Filter.CalibrationState {
  init?(_ traffic: TrafficReport?, _ exits: ExitAudit.Report?) {
    var seen: [String] = []
    if let change = traffic?.change { seen.append("\(change); \(TrafficReport.Change.remedy)") }
    if let exits, exits.isExceeded { seen.append("\(exits); \(ExitAudit.Report.remedy)") }
    guard seen.isEmpty else {
      self = .stale(seen.joined(separator: ". "))
      return
    }
    guard let traffic else { return nil }
    self = traffic.state == .tooFewImages ? .tooFewImages : .asCalibrated
  }
}
