import Foundation
import Gateway
import TestSupport
import Testing

extension GatewayProcesses {
  /// What requests hold while a model server is asked about them.
  @Suite struct UpstreamMemoryTests {
    private static let path = "/v2/models/signs/infer"
    private static let body = Array(
      #"{"inputs":[{"name":"i","datatype":"BYTES","shape":[1],"data":["\#(Signs.clean.base64)"]}]}"#.utf8)
    /// What the request itself is charged, at most: as it arrives, and as it is read.
    private static let arrival = 20_000 + 6 * body.count
    private static let tensor = 3 * 64 * 64 * 4

    /// What the gateway says that it holds.
    private static func heldBytes(_ gateway: RunningGateway) async throws -> Int {
      let metrics = String(decoding: try await WebClient(port: gateway.operations).get("/metrics").body, as: UTF8.self)
      let line = metrics.split(separator: "\n").first { $0.hasPrefix("sluice_held_bytes ") }
      return Int(try #require(line?.split(separator: " ").last.flatMap { Double($0) }))
    }

    private static func ask(_ gateway: RunningGateway) -> Task<Int, any Error> {
      Task { [port = gateway.http] in try await WebClient(port: port).post(path, body).status }
    }

    @Test(
      "tensors and the body on their way are charged until the server answers, what writing took is not",
      arguments: [true, false])
    func chargedTensors(isBinary: Bool) async throws {
      let server = FakeModelServer(.silence, extensions: isBinary ? ["binary_tensor_data"] : [])
      try await server.serving { port in
        let gateway = try RunningGateway(["--upstream", "http://127.0.0.1:\(port)", "--deadline", "60s"])
        try await gateway.wait(for: "model server in use")
        let asked = Self.ask(gateway)
        while server.received.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        let sent = 2 * Self.tensor + (server.received.first?.body.count ?? 0)
        let held = try await Self.heldBytes(gateway)
        #expect(held >= sent)
        #expect(held < sent + Self.arrival, "no list of numbers, and no copies")
        server.set(.answers)
        #expect(try await asked.value == 200)
        try await gateway.waitForIdleness()
      }
    }

    @Test("a request goes on to a silent server once the bodies before it are written")
    func severalRequests() async throws {
      let server = FakeModelServer(.silence)
      try await server.serving { port in
        // Writing takes 1 MB for each.
        let gateway = try RunningGateway([
          "--upstream", "http://127.0.0.1:\(port)", "--deadline", "60s", "--body-memory", "1900kB", "--max-body",
          "100kB",
        ])
        try await gateway.wait(for: "model server in use")
        var asked: [Task<Int, any Error>] = []
        for count in 1...3 {
          asked.append(Self.ask(gateway))
          for _ in 0..<1000 where server.received.count < count { try await Task.sleep(for: .milliseconds(10)) }
          try #require(server.received.count == count)
        }
        server.set(.answers)
        for task in asked { #expect(try await task.value == 200) }
        try await gateway.waitForIdleness()
      }
    }
  }
}

struct ShrinkingChargeTests {
  @Test("a charge that shrinks makes room for those that wait")
  func room() async throws {
    let memory = MemoryBudget(100)
    let first = try await memory.charge(90, for: .forwarding)
    let second = Task { try await memory.charge(50, for: .forwarding) }
    for _ in 0..<100 { await Task.yield() }
    first.shrinks(to: 95)
    #expect(memory.used == 90, "it does not grow")
    first.shrinks(to: 40)
    let charge = try await second.value
    #expect(memory.used == 90)
    withExtendedLifetime((first, charge)) {}
  }

  @Test("what a charge gave back when it shrank is not given back again")
  func end() async throws {
    let memory = MemoryBudget(100)
    let other = try await memory.charge(10, for: .forwarding)
    var charge: MemoryCharge? = try await memory.charge(50, for: .forwarding)
    charge?.shrinks(to: 20)
    #expect(memory.used == 30)
    charge = nil
    #expect(memory.used == 10)
    withExtendedLifetime(other) {}
  }
}
