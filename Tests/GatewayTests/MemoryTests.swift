import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

extension GatewayProcesses {
  /// What requests may cost: every way to make a gateway hold more than its budget, or to keep others from it.
  @Suite struct MemoryTests {
    /// Beyond the budget: one image that is judged, one request that is read, and what allocators keep.
    private static let allowance = 150_000

    /// A picture of 49 megapixels in a few kilobytes: the most that is permitted, all black.
    private static let costly: [UInt8] = {
      let image = PixelImage(size: PixelSize(width: 7000, height: 7000), channels: .gray)
      return (try? image.encodedAsPNG()) ?? []
    }()

    private func inference(_ images: [[UInt8]]) -> (body: [UInt8], headers: KeyValuePairs<String, String>) {
      let raw = images.flatMap { image in withUnsafeBytes(of: UInt32(image.count).littleEndian, Array.init) + image }
      let head = Array(
        #"{"inputs":[{"name":"image","shape":[\#(images.count)],"datatype":"BYTES","parameters":{"binary_data_size":\#(raw.count)}}]}"#
          .utf8)
      return (head + raw, ["Inference-Header-Content-Length": "\(head.count)"])
    }

    private func isServing(_ gateway: RunningGateway) async throws -> Bool {
      try await WebClient(port: gateway.http).post("/v1/filter", Signs.clean).status == 200
    }

    @Test(
      "one request of costly images is answered at its deadline, in bounded memory, and others are served meanwhile")
    func costlyImages() async throws {
      let gateway = try RunningGateway(["--deadline", "1s", "--body-memory", "300MB", "--drain", "5s"])
      let before = gateway.memory
      let (body, headers) = inference(Array(repeating: Self.costly, count: 32))
      let answer = try await WebClient(port: gateway.http).post("/v2/models/signs/infer", body, headers)
      #expect(answer.status == 504)
      // Each is asked about in three versions.
      let asked = try await gateway.metric("sluice_classifier_images_total")
      #expect(asked < 3 * 32, "it is answered before all of them are judged")
      #expect(try await isServing(gateway))
      #expect(gateway.peakMemory < before + 300_000 + Self.allowance)
    }

    @Test("a signal to end is followed within the time to drain, whatever is being decoded")
    func endingUnderLoad() async throws {
      let gateway = try RunningGateway(["--deadline", "60s", "--drain", "1s"])
      let (body, headers) = inference(Array(repeating: Self.costly, count: 32))
      let connection = try RawConnection(port: gateway.http)
      let fields = headers.map { "\($0): \($1)\r\n" }.joined()
      connection.send(
        Array("POST /v2/models/signs/infer HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\(fields)\r\n".utf8)
          + body)
      try await eventually("something is in work") { try await gateway.metric("sluice_running") > 0 }
      gateway.send(SIGTERM)
      #expect(gateway.waitForEnd() == 0, "no trap")
      let judged = try AuditLogReader(gateway.auditPath).records().count { $0.verdict != "failed" }
      #expect(judged < 32, "it does not wait for all of them to be judged")
    }

    @Test("unfinished gRPC messages take no more than the budget, and those beyond it hear why")
    func unfinishedMessages() async throws {
      let gateway = try RunningGateway(["--deadline", "3s", "--body-memory", "64MB", "--max-body", "32MB"])
      let before = gateway.memory
      var connections: [RawConnection] = []
      for _ in 0..<4 {
        let connection = try RawConnection(port: gateway.grpc)
        connection.setTimeout(1)
        connection.send(HTTP2Frames.opening)
        for call in 0..<32 {
          let stream = UInt32(2 * call + 1)
          connection.send(HTTP2Frames.headers(stream, HTTP2Frames.call("ModelInfer")))
          let message = HTTP2Frames.message([UInt8](repeating: 1, count: 16_000), length: 30_000_000)
          connection.send(HTTP2Frames.frame(.data, 0, stream, message))
        }
        connections.append(connection)
      }
      for round in 0..<60 {
        let part = HTTP2Frames.frame(.data, 0, UInt32(2 * (round % 32) + 1), [UInt8](repeating: 2, count: 16_000))
        for connection in connections where !connection.send(part) { break }
      }
      #expect(gateway.peakMemory < before + 64_000 + Self.allowance)
      connections.removeAll()
      try await gateway.waitForIdleness()
      #expect(try await isServing(gateway))
    }

    @Test("a gRPC message longer than a body may be is answered with RESOURCE_EXHAUSTED by its length alone")
    func longMessage() throws {
      let gateway = try RunningGateway(["--max-body", "100kB", "--body-memory", "1MB"])
      let connection = try RawConnection(port: gateway.grpc)
      connection.setTimeout(3)
      connection.send(
        HTTP2Frames.opening + HTTP2Frames.headers(1, HTTP2Frames.call("ModelInfer"))
          + HTTP2Frames.frame(.data, 0, 1, HTTP2Frames.message([1, 2, 3], length: 100_001)))
      let received = connection.receive(until: { HTTP2Frames.endedStreams($0).contains(1) })
      let fields = HTTP2Frames.fields(received)
      #expect(fields.contains("grpc-status: 8"))
      #expect(fields.contains { $0.hasPrefix("grpc-message: ") && $0.contains("100000 bytes") })
    }

    @Test("lengths that are declared and never sent keep nobody out")
    func declaredLengths() async throws {
      let gateway = try RunningGateway(["--body-memory", "40MB", "--max-body", "32MB"])
      var connections: [RawConnection] = []
      for _ in 0..<40 {
        let connection = try RawConnection(port: gateway.http)
        connection.send("POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: 32000000\r\n\r\n")
        connections.append(connection)
      }
      for _ in 0..<5 { #expect(try await isServing(gateway)) }
    }

    @Test("a body that drips is cut off long before the deadline")
    func drippingBody() async throws {
      let gateway = try RunningGateway(["--deadline", "60s"])
      let connection = try RawConnection(port: gateway.http)
      connection.send("POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
      var answer = ""
      try await eventually("the body is cut off", every: .milliseconds(50)) {
        connection.send("x")
        answer = connection.receiveNow() ?? ""
        return !answer.isEmpty
      }
      #expect(answer.hasPrefix("HTTP/1.1 408 "))
    }

    @Test("bodies beyond the budget are answered 429, and their memory comes back")
    func exhaustedBudget() async throws {
      let gateway = try RunningGateway(["--body-memory", "2MB", "--max-body", "1MB"])
      var connections: [RawConnection] = []
      for _ in 0..<4 {
        let connection = try RawConnection(port: gateway.http)
        connection.send("POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        connection.send([UInt8](repeating: 1, count: 600_000))
        connections.append(connection)
      }
      let answers = connections.compactMap { connection -> String? in
        connection.setTimeout(1)
        return connection.receive().map { String(decoding: $0, as: UTF8.self) }
      }
      #expect(answers.contains { $0.hasPrefix("HTTP/1.1 429 ") })
      connections.removeAll()
      try await gateway.waitForIdleness()
      #expect(try await isServing(gateway))
    }

    @Test("a request that finds no room is the last on its connection, and its answer says so")
    func lastOnItsConnection() async throws {
      let gateway = try RunningGateway(["--body-memory", "200kB", "--max-body", "100kB"])
      // Bytes may take twice their room while they arrive. So one of the two may be refused, and what is left never holds a third.
      let head = "POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: 99000\r\n\r\n"
      let holders = try (0..<2).map { _ in try RawConnection(port: gateway.http) }
      for holder in holders {
        holder.send(head)
        holder.send([UInt8](repeating: 1, count: 60_000))
      }
      var answer = ""
      try await eventually("what was sent has arrived, and there is no room", every: .milliseconds(10)) {
        let connection = try RawConnection(port: gateway.http)
        connection.send(head)
        connection.send([UInt8](repeating: 1, count: 99_000))
        let received = connection.receive(until: { String(decoding: $0, as: UTF8.self).contains("\r\n\r\n") })
        answer = String(decoding: received, as: UTF8.self)
        guard answer.hasPrefix("HTTP/1.1 429 ") else { return false }
        #expect(connection.isClosed())
        return true
      }
      #expect(answer.lowercased().contains("\r\nconnection: close\r\n"), "\(answer)")
      withExtendedLifetime(holders) {}
    }

    @Test("a flood of resets on a thousand connections leaves nothing behind", arguments: ["http", "grpc"])
    func resets(server: String) async throws {
      let gateway = try RunningGateway(["--audit", "off"])
      // One more than the limit ends the connection in the middle of a read.
      let flood =
        HTTP2Frames.opening
        + (0..<210).flatMap { number -> [UInt8] in
          let stream = UInt32(2 * number + 1)
          let fields = server == "grpc" ? HTTP2Frames.call("ModelInfer") : HTTP2Frames.request("POST", "/v1/filter")
          return HTTP2Frames.headers(stream, fields) + HTTP2Frames.reset(stream)
        }
      func send(_ count: Int) throws {
        for _ in 0..<count {
          let connection = try RawConnection(port: server == "grpc" ? gateway.grpc : gateway.http)
          connection.send(flood)
          _ = connection.isClosed()
        }
      }
      try send(300)
      let before = gateway.memory
      try send(700)
      #expect(
        gateway.memory < before + 120_000, "each of 700 connections left 150 kB to 1 MB behind, and 450 on average")
      try await gateway.waitForIdleness()
      let metrics = try await gateway.metrics()
      #expect(!metrics.contains(/outcome="failed"\} [1-9]/), "who resets has gone; nothing has failed")
      #expect(!gateway.logText.contains(#""level":"warning""#))
    }

    @Test(
      "many small images take no more than the budget with a large classifier",
      .enabled(if: Repository.hasGoldenData, "needs ../shared beside the checkout"))
    func smallImages() async throws {
      let models = try #require(Repository.sharedData) + "/eval/imagenet"
      let gateway = try RunningGateway(
        ["--define", "MODELS=\(models)", "--deadline", "4s", "--body-memory", "100MB"],
        filterPath: Repository.file("Filters/imagenet-mobilenet.yaml"))
      let before = gateway.memory
      let dot = try PixelImage(size: PixelSize(width: 1, height: 1), channels: .rgb).encodedAsPNG()
      let (body, headers) = inference(Array(repeating: dot, count: 32))
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask {
            _ = try? await WebClient(port: gateway.http).post("/v2/models/imagenet-mobilenet/infer", body, headers)
          }
        }
      }
      #expect(gateway.peakMemory < before + 100_000 + 300_000, "the engine keeps memory for each size of call")
    }

    @Test("tensors of small images that wait for a slow model server take no more than the budget")
    func waitingTensors() async throws {
      // 2.4 MB for each tensor, 7.1 MB for each request: of 40 requests, 284 MB. What is asked about takes 21 MB, so that there is
      // room for five that wait, and for all requests as they arrive.
      let server = FakeModelServer(
        .silence, extensions: ["binary_tensor_data"], input: #"{"name":"x","datatype":"FP32","shape":[-1,3,444,444]}"#)
      let filter = """
        version: 1
        name: signs
        preprocess: [{resize: {width: 444, height: 444}}]
        tensor: {layout: nchw, type: float32}
        detectors: [{fileFindings: {}}]
        """
      let dot = try PixelImage(size: PixelSize(width: 1, height: 1), channels: .rgb).encodedAsPNG()
      let (body, headers) = inference(Array(repeating: dot, count: 3))
      try await server.serving { port in
        let limits = ["--deadline", "60s", "--body-memory", "59MB", "--mode", "observe"]
        let gateway = try RunningGateway(["--upstream", "http://127.0.0.1:\(port)"] + limits, filter: filter)
        try await gateway.wait(for: "model server in use")
        let before = gateway.memory
        let client = WebClient(port: gateway.http)
        let ask = { @Sendable in try await client.post("/v2/models/signs/infer", body, headers).status }
        var asked = [Task { try await ask() }]
        try await eventually("the server is asked") { !server.received.isEmpty }
        for _ in 1..<40 { asked.append(Task { try await ask() }) }
        // Long enough for all the others to be judged, if nothing held them up.
        try await Task.sleep(for: .seconds(2))
        server.set(.answers)
        var statuses: [Int: Int] = [:]
        for task in asked { statuses[try await task.value, default: 0] += 1 }
        // What arrives late, once those that wait hold all the room, is told to come again; all that waited are answered.
        #expect(Set(statuses.keys).isSubset(of: [200, 429]) && statuses[200, default: 0] >= 5, "\(statuses)")
        #expect(!gateway.logText.contains("no room for its answer"), "it is claimed with the request")
        #expect(gateway.peakMemory < before + 59_000 + Self.allowance)
        try await gateway.waitForIdleness()
      }
    }
  }
}
