extension GatewayMetrics {
  package func declareLog() {
    declare([.lostLines])
    registry.add(0, to: .lostLines)
  }

  func noteLog(_ lines: LogLines) { registry.set(.lostLines, to: Double(lines.lost)) }
}

extension Metric {
  fileprivate static let lostLines = counter(
    "sluice_log_lost_total", "Lines of the log that were left out because earlier ones were not taken.")
}
