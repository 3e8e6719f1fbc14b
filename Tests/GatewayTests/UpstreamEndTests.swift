import GRPCCore
import TestSupport
import Testing

extension GatewayProcesses {
  /// What is said of calls to model servers that end without an answer: whose doing that is.
  @Suite struct UpstreamEndTests {
    private static let path = "/v2/models/signs/infer"
    private static let body = Array(
      #"{"inputs":[{"name":"i","datatype":"BYTES","shape":[1],"data":["\#(Signs.clean.base64)"]}]}"#.utf8)
    private static let complaint = "model server did not answer as it should"

    private static func gateway(_ address: String, _ more: [String]) async throws -> RunningGateway {
      let gateway = try RunningGateway(["--upstream", address, "--health-interval", "100ms"] + more)
      try await gateway.wait(for: "model server in use")
      return gateway
    }

    /// Runs work with the address of a server that says nothing to inferences, and how often it was asked for one.
    private static func withSilentServer(
      _ scheme: String, _ work: @escaping @Sendable (String, @escaping @Sendable () -> Int) async throws -> Void
    ) async throws {
      if scheme == "grpc" {
        let server = FakeRPCModelServer(isSilent: true)
        try await server.serving { port in try await work("grpc://127.0.0.1:\(port)", { server.asked.count }) }
      } else {
        let server = FakeModelServer(.silence)
        try await server.serving { port in try await work("http://127.0.0.1:\(port)", { server.received.count }) }
      }
    }

    private static func counter(_ address: String, _ outcome: String) -> String {
      #"sluice_upstream_requests_total{upstream="\#(address)",outcome="\#(outcome)"}"#
    }

    @Test(
      "a server that does not answer until the deadline is named as late, and no client as gone",
      arguments: ["http", "grpc"])
    func lateServer(scheme: String) async throws {
      try await Self.withSilentServer(scheme) { address, _ in
        let gateway = try await Self.gateway(address, ["--deadline", "3s"])
        let client = WebClient(port: gateway.http)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<5 { group.addTask { try await client.post(Self.path, Self.body).status } }
          var statuses: [Int] = []
          for try await status in group { statuses.append(status) }
          return statuses
        }
        #expect(statuses == [504, 504, 504, 504, 504])
        let metrics = try await gateway.metrics("five are late") {
          $0.contains("\(Self.counter(address, "late")) 5\n")
        }
        #expect(!metrics.contains(Self.counter(address, "cancelled")), "\(metrics)")
        let lines = gateway.log.filter { $0["message"] as? String == Self.complaint }
        #expect(lines.count == 5, "\(gateway.logText)")
        for line in lines {
          #expect(line["upstream"] as? String == address && line["outcome"] as? String == "late")
          #expect(line["cause"] as? String == "it did not answer in time")
        }
      }
    }

    @Test("a client that leaves is no failure of the server", arguments: ["http", "grpc"])
    func leavingClient(scheme: String) async throws {
      try await Self.withSilentServer(scheme) { address, asked in
        let gateway = try await Self.gateway(address, ["--deadline", "60s"])
        do {
          let client = try RawConnection(port: gateway.http)
          client.send("POST \(Self.path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(Self.body.count)\r\n\r\n")
          client.send(Self.body)
          try await eventually("the server is asked") { asked() == 1 }
          withExtendedLifetime(client) {}
        }
        let metrics = try await gateway.metrics("the call has ended") {
          $0.contains("\(Self.counter(address, "cancelled")) 1\n")
        }
        #expect(!metrics.contains(Self.counter(address, "failed")), "\(metrics)")
        #expect(!gateway.logText.contains(Self.complaint), "\(gateway.logText)")
      }
    }

    @Test("a call that the server ends is no client that has gone")
    func endedByServer() async throws {
      let server = FakeRPCModelServer(error: RPCError(code: .cancelled, message: "it is about to stop"))
      try await server.serving { port in
        let address = "grpc://127.0.0.1:\(port)"
        let gateway = try await Self.gateway(address, [])
        let answer = try await WebClient(port: gateway.http).post(Self.path, Self.body)
        #expect(answer.status == 503 && answer.headers["retry-after"] == "1", "\(answer.error)")
        let metrics = try await gateway.metrics()
        #expect(metrics.contains("\(Self.counter(address, "unavailable")) 1\n"), "\(metrics)")
        let line = gateway.log.first { $0["message"] as? String == Self.complaint }
        let cause = line?["cause"] as? String ?? ""
        #expect(cause.hasPrefix("ModelInfer gave status ") && cause.hasSuffix(": it is about to stop"), "\(cause)")
      }
    }
  }
}
