extension GatewayMetrics {
  private static let lostLines = "sluice_log_lost_total"

  package func declareLog() {
    registry.declare(
      Self.lostLines, "counter", "Lines of the log that were left out because earlier ones were not taken.")
    registry.add(0, to: Self.lostLines)
  }

  func noteLog(_ lines: LogLines) { registry.set(Self.lostLines, to: Double(lines.lost)) }
}
