import TestSupport

extension RunningGateway {
  /// All metrics, as text.
  func metrics() async throws -> String { try await Self.metrics(WebClient(port: operations)) }

  private static func metrics(_ client: WebClient) async throws -> String {
    String(decoding: try await client.get("/metrics").body, as: UTF8.self)
  }

  /// Waits until the metrics are as they should be; returns them.
  @discardableResult func metrics(_ what: String, when holds: (String) -> Bool) async throws -> String {
    let client = WebClient(port: operations)
    var text = ""
    try await eventually(what, every: .milliseconds(20)) {
      text = try await Self.metrics(client)
      return holds(text)
    }
    return text
  }

  /// The value of a metric, named with its labels; 0 where there is none.
  func metric(_ name: String) async throws -> Int { Self.metric(name, in: try await metrics()) }

  static func metric(_ name: String, in metrics: String) -> Int {
    let line = metrics.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
    return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0
  }

  /// Waits until nothing is in work, and no memory is held for it.
  func waitForIdleness() async throws {
    try await metrics("nothing is in work, or held in memory") {
      $0.contains("sluice_in_flight 0\n") && $0.contains("sluice_held_bytes 0\n")
    }
  }
}
