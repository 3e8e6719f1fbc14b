import Gateway
import TestSupport
import Testing

/// What metrics say before anything has happened.
struct CounterTests {
  @Test("what deserves an alert is there before it happens, at 0")
  func zeros() {
    let text = GatewayMetrics(version: "1").registry.text
    var expected = [
      "sluice_failed_open_total 0", "sluice_audit_refused_total 0", "sluice_audit_lost_total 0",
      #"sluice_reloads_total{outcome="loaded"} 0"#, #"sluice_reloads_total{outcome="refused"} 0"#,
    ]
    for route in ["check", "filter", "health", "infer", "metadata", "predict"] {
      for outcome in ["busy", "failed", "late", "upstream"] {
        expected.append(#"sluice_requests_total{route="\#(route)",outcome="\#(outcome)"} 0"#)
      }
    }
    for line in expected { #expect(text.contains("\n\(line)\n"), "\(line)") }
  }

  @Test("every counter that the page of the gateway names for alerts begins at 0")
  func namedCounters() throws {
    let page = String(decoding: try Repository.bytes(Repository.file("Sources/Gateway/README.md")), as: UTF8.self)
    let section = try #require(page.split(separator: "What deserves an alert:").last?.split(separator: "\n## ").first)
    let names = section.matches(of: /sluice_[a-z_]+_total/).map { String($0.output) }
    #expect(names.count >= 8, "\(names)")
    let metrics = GatewayMetrics(version: "1")
    metrics.declareLog()
    metrics.declareSearches()
    let lines = metrics.registry.text.split(separator: "\n")
    for name in names {
      let isThere = lines.contains { ($0.hasPrefix("\(name) ") || $0.hasPrefix("\(name){")) && $0.hasSuffix(" 0") }
      #expect(isThere, "\(name)")
    }
  }

  @Test("so are searches, where questions are remembered, by what is done about them")
  func searches() {
    let metrics = GatewayMetrics(version: "1")
    metrics.declareSearches()
    for name in ["searches", "answers"] {
      for action in ["silent", "freeze", "slow", "refuse"] {
        let line = #"sluice_query_guard_\#(name)_total{action="\#(action)"} 0"#
        #expect(metrics.registry.text.contains("\n\(line)\n"), "\(line)")
      }
    }
  }
}
