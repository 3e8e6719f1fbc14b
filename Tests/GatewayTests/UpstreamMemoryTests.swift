import Foundation
import Gateway
import OpenInferenceRPC
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

    /// What is claimed for the answer about one image before it is asked for.
    private static let usualAnswer = 2 * 128_000

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
        try await eventually("the server is asked") { !server.received.isEmpty }
        let sent = 2 * Self.tensor + (server.received.first?.body.count ?? 0)
        let held = try await gateway.metric("sluice_held_bytes")
        #expect(held >= sent)
        #expect(held < sent + Self.arrival + Self.usualAnswer, "no list of numbers, and no copies")
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
          "--upstream", "http://127.0.0.1:\(port)", "--deadline", "60s", "--body-memory", "2700kB", "--max-body",
          "100kB",
        ])
        try await gateway.wait(for: "model server in use")
        var asked: [Task<Int, any Error>] = []
        for count in 1...3 {
          asked.append(Self.ask(gateway))
          try await eventually("the server is asked \(count) times") { server.received.count >= count }
          try #require(server.received.count == count)
        }
        server.set(.answers)
        for task in asked { #expect(try await task.value == 200) }
        try await gateway.waitForIdleness()
      }
    }

    /// An answer of so many numbers, over REST or gRPC.
    private static func answering<Result: Sendable>(
      _ scheme: String, numbers: Int, _ work: @escaping @Sendable (Int) async throws -> Result
    ) async throws -> Result {
      guard scheme == "grpc" else {
        let data = [String](repeating: "0.25", count: numbers).joined(separator: ",")
        let server = FakeModelServer(
          .outputs(#"{"name":"y","datatype":"FP32","shape":[1,\#(numbers)],"data":[\#(data)]}"#))
        return try await server.serving(work)
      }
      var answer = Inference_ModelInferResponse()
      answer.outputs = [
        .with { output in
          output.name = "y"
          output.datatype = "FP32"
          output.shape = [1, Int64(numbers)]
        }
      ]
      answer.rawOutputContents = [Data(repeating: 0, count: 4 * numbers)]
      return try await FakeRPCModelServer(answer: answer).serving(work)
    }

    @Test(
      "an answer of a model server that has no room ends its request alone, and nothing of it stays",
      arguments: ["http", "grpc"])
    func largeAnswers(scheme: String) async throws {
      try await Self.answering(scheme, numbers: 900_000) { port in
        let limits = ["--body-memory", "8MB", "--max-body", "1MB", "--deadline", "60s"]
        let gateway = try RunningGateway(["--upstream", "\(scheme)://127.0.0.1:\(port)"] + limits)
        try await gateway.wait(for: "model server in use")
        let answer = try await WebClient(port: gateway.http).post(Self.path, Self.body)
        #expect(answer.status == 429 && answer.headers["retry-after"] != nil)
        try await gateway.wait(for: "model server did not answer as it should")
        #expect(gateway.logText.contains("there is no room for its answer within --body-memory"))
        try await gateway.waitForIdleness()
        #expect(try await WebClient(port: gateway.http).get("/v2/health/ready").status == 200, "the server is fine")
      }
    }

    @Test("an answer for which there is room is given whole", arguments: ["http", "grpc"])
    func roomyAnswers(scheme: String) async throws {
      try await Self.answering(scheme, numbers: 100_000) { port in
        let gateway = try RunningGateway(["--upstream", "\(scheme)://127.0.0.1:\(port)"])
        try await gateway.wait(for: "model server in use")
        let answer = try await WebClient(port: gateway.http).post(Self.path, Self.body)
        let outputs = try #require(answer.body.json["outputs"] as? [[String: Any]], "\(answer.error)")
        #expect((outputs[0]["data"] as? [Any])?.count == 100_000)
        try await gateway.waitForIdleness()
      }
    }

    @Test("an answer is charged until its client has taken it")
    func untakenAnswer() async throws {
      let side = 1600
      let filter = """
        version: 1
        name: large
        preprocess: [{resize: {width: \(side), height: \(side)}}]
        tensor: {layout: nchw, type: float32}
        detectors: [{fileFindings: {}}]
        """
      // Whoever asks for a tensor needs no model server.
      let gateway = try RunningGateway(["--upstream", "http://127.0.0.1:1", "--deadline", "60s"], filter: filter)
      let client = try RawConnection(port: gateway.http)
      let head = "POST /v1/filter HTTP/1.1\r\nHost: x\r\nAccept: application/x-npy\r\n"
      client.send(Array("\(head)Content-Length: \(Signs.clean.count)\r\n\r\n".utf8) + Signs.clean)
      let answer = 3 * side * side * 4
      let metrics = try await gateway.metrics("it was answered, and nothing was taken") {
        $0.contains("sluice_requests_total{route=\"filter\",outcome=\"clean\"} 1")
          && RunningGateway.metric("sluice_held_bytes", in: $0) >= 2 * answer
      }
      let held = RunningGateway.metric("sluice_held_bytes", in: metrics)
      #expect(held < 2 * answer + 1_000_000, "nothing else of the request is held")
      let taken = client.receive { $0.count > answer }
      #expect(taken.count > answer)
      try await gateway.waitForIdleness()
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

  @Test("what is added is held whatever the budget says, and leaves others less room")
  func added() async throws {
    let memory = MemoryBudget(100)
    let answer = memory.arrival()
    answer.adds(90)
    answer.adds(30)
    #expect(memory.used == 120 && !memory.arrival().grows(by: 1))
    answer.shrinks(to: 20)
    #expect(memory.used == 20 && memory.arrival().grows(by: 1))
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
