extension GatewayMetrics {
  /// What a request can end with that deserves an alert.
  private static let alarming = ["busy", "failed", "late", "upstream"]

  /// Has the counters that deserve alerts begin at 0: a series that is only there from its first event on has never risen, for
  /// whoever watches.
  func beginCounting() {
    for name in ["sluice_failed_open_total", "sluice_audit_lost_total", "sluice_audit_refused_total"] {
      registry.add(0, to: name)
    }
    for outcome in ["loaded", "refused"] { registry.add(0, to: "sluice_reloads_total", ["outcome": outcome]) }
    for route in RouteTables.serving.map(\.name) {
      for outcome in Self.alarming {
        registry.add(0, to: "sluice_requests_total", ["route": route, "outcome": outcome])
      }
    }
  }
}
