extension GatewayMetrics {
  /// What a request can end with that deserves an alert.
  private static let alarming: [RequestOutcome] = [.busy, .failed, .late, .upstream]

  /// Counters without labels. Searches and lost lines of the log have theirs where they are declared.
  private static let alone: [Metric] = [.failedOpen, .auditLost, .auditRefused, .auditRewritten]

  /// Has the counters that deserve alerts begin at 0: a series that is only there from its first event on has never risen, for
  /// whoever watches.
  func beginCounting() {
    for metric in Self.alone { registry.add(0, to: metric) }
    for outcome in ["loaded", "refused"] { registry.add(0, to: .reloads, ["outcome": outcome]) }
    for route in RouteTables.serving.map(\.name) {
      for outcome in Self.alarming {
        registry.add(0, to: .requests, ["route": route, "outcome": outcome.rawValue])
      }
    }
  }
}
