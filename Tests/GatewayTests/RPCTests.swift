import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import OpenInferenceRPC
import TestSupport
import Testing

extension GatewayProcesses {
  /// The gRPC side, against a real gateway with the sample classifier.
  @Suite struct RPCTests {
    private typealias Client = Inference_GRPCInferenceService.Client<HTTP2ClientTransport.Posix>

    private func withClient<Result: Sendable>(
      _ gateway: RunningGateway, _ work: (Client) async throws -> Result
    ) async throws -> Result {
      let transport = try HTTP2ClientTransport.Posix(
        target: .ipv4(address: "127.0.0.1", port: gateway.grpc), transportSecurity: .plaintext)
      return try await withGRPCClient(transport: transport) { try await work(Client(wrapping: $0)) }
    }

    private func request(_ images: [[UInt8]], isRaw: Bool) -> Inference_ModelInferRequest {
      var request = Inference_ModelInferRequest()
      request.modelName = "signs"
      request.id = "g1"
      var input = Inference_ModelInferRequest.InferInputTensor()
      input.name = "image"
      input.datatype = "BYTES"
      input.shape = [Int64(images.count)]
      if !isRaw { input.contents.bytesContents = images.map { Data($0) } }
      request.inputs = [input]
      if isRaw {
        var raw = Data()
        for image in images { raw += withUnsafeBytes(of: UInt32(image.count).littleEndian) { Data($0) } + image }
        request.rawInputContents = [raw]
      }
      return request
    }

    @Test("health, metadata, and inference with raw and with listed contents")
    func calls() async throws {
      let gateway = try RunningGateway()
      try await withClient(gateway) { client in
        #expect(try await client.serverLive(Inference_ServerLiveRequest()).live)
        #expect(try await client.serverReady(Inference_ServerReadyRequest()).ready)
        #expect(try await client.serverMetadata(Inference_ServerMetadataRequest()).name == "sluice")
        var model = Inference_ModelMetadataRequest()
        model.name = "signs"
        #expect(try await client.modelMetadata(model).outputs.map(\.name) == ["probabilities", "label"])
        var ready = Inference_ModelReadyRequest()
        ready.name = "signs"
        #expect(try await client.modelReady(ready).ready)
        for isRaw in [true, false] {
          let answer = try await client.modelInfer(request([Signs.clean, Signs.clean], isRaw: isRaw))
          #expect(answer.id == "g1" && answer.modelName == "signs" && answer.outputs.map(\.shape) == [[2, 12], [2]])
          #expect(answer.rawOutputContents[0].count == 2 * 12 * 4)
        }
      }
    }

    @Test("the likeliest classes come as Triton writes them, where they are asked for")
    func classification() async throws {
      let gateway = try RunningGateway()
      try await withClient(gateway) { client in
        var asked = request([Signs.clean], isRaw: true)
        var output = Inference_ModelInferRequest.InferRequestedOutputTensor()
        output.name = "probabilities"
        output.parameters["classification"] = .with { $0.int64Param = 2 }
        asked.outputs = [output]
        let answer = try await client.modelInfer(asked)
        #expect(answer.outputs.map(\.datatype) == ["BYTES"] && answer.outputs.map(\.shape) == [[1, 2]])
        let words = answer.rawOutputContents.map { String(decoding: $0, as: UTF8.self) }
        #expect(words.count == 1 && words[0].contains(":9:roundabout"))
        asked.outputs[0].parameters["classification"] = .with { $0.stringParam = "2" }
        do {
          _ = try await client.modelInfer(asked)
          Issue.record("it was answered")
        } catch let error as RPCError {
          #expect(error.code == .invalidArgument)
        }
      }
    }

    @Test("flagged, damaged and unsound requests have statuses of their own")
    func refusals() async throws {
      let gateway = try RunningGateway()
      try await withClient(gateway) { client in
        func status(_ request: Inference_ModelInferRequest) async -> (RPCError.Code?, Metadata) {
          do {
            _ = try await client.modelInfer(request)
            return (nil, [:])
          } catch {
            return ((error as? RPCError)?.code, (error as? RPCError)?.metadata ?? [:])
          }
        }
        let (flagged, metadata) = await status(request([Signs.adversarial], isRaw: true))
        #expect(flagged == .permissionDenied)
        #expect(metadata[stringValues: "sluice-code"].first { _ in true } == "adversarial-image")
        #expect(await status(request([[1, 2, 3]], isRaw: true)).0 == .invalidArgument)
        var short = request([Signs.clean], isRaw: true)
        short.rawInputContents[0].removeLast()
        #expect(await status(short).0 == .invalidArgument)
        var twice = request([Signs.clean], isRaw: false)
        twice.rawInputContents = request([Signs.clean], isRaw: true).rawInputContents
        #expect(await status(twice).0 == .invalidArgument)
        var other = request([Signs.clean], isRaw: true)
        other.modelName = "other"
        #expect(await status(other).0 == .notFound)
        var two = request([Signs.clean], isRaw: false)
        two.inputs.append(two.inputs[0])
        #expect(await status(two).0 == .invalidArgument)
        #expect(await status(request([[UInt8](repeating: 0, count: 33_000_000)], isRaw: true)).0 != nil)
        #expect(await status(request([Signs.clean], isRaw: true)).0 == nil, "the gateway goes on")
      }
    }

    @Test("an error repeats no name at any length, and ends no other call of its connection")
    func longNames() async throws {
      let gateway = try RunningGateway()
      try await withClient(gateway) { client in
        var long = request([Signs.clean], isRaw: true)
        long.inputs[0].name = String(repeating: "ä", count: 50_000)
        long.inputs[0].shape = [7]
        do {
          _ = try await client.modelInfer(long)
          Issue.record("it was answered")
        } catch let error as RPCError {
          #expect(error.code == .invalidArgument && error.message.utf8.count < 1100)
        }
        let answer = try await client.modelInfer(request([Signs.clean], isRaw: true))
        #expect(answer.id == "g1")
      }
    }

    @Test("a trace reaches the model server whole, in however many fields its state came")
    func traces() async throws {
      let server = FakeModelServer()
      let asked = request([Signs.clean], isRaw: true)
      try await server.serving { port in
        let gateway = try RunningGateway(["--upstream", "http://127.0.0.1:\(port)"])
        try await gateway.wait(for: "model server in use")
        try await withClient(gateway) { client in
          var metadata: Metadata = ["traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]
          for state in ["a=1", "b=2,c=3", "d=4"] { metadata.addString(state, forKey: "tracestate") }
          _ = try await client.modelInfer(asked, metadata: metadata)
        }
        #expect(server.received.first?.headers["tracestate"] == "a=1,b=2,c=3,d=4")
      }
    }

    @Test("a message that does not come whole ends with the deadline", .enabled(if: Requirements.hasCurl, "needs curl"))
    func slowMessages() async throws {
      let gateway = try RunningGateway(["--deadline", "500ms"])
      let folder = try TemporaryFolder()
      let message = try folder.file("message", [0, 0, 4, 0, 0] + [UInt8](repeating: 7, count: 262_144))
      let url = "http://127.0.0.1:\(gateway.grpc)/inference.GRPCInferenceService/ModelInfer"
      _ = try SluiceCommand.shell(
        "timeout -s KILL 3 curl -s --http2-prior-knowledge -H 'content-type: application/grpc' -H 'te: trailers' -H 'Expect:' "
          + "--limit-rate 1000 --data-binary @\(message) \(url)")
      let metrics = try await gateway.metrics()
      #expect(metrics.contains(#"sluice_requests_total{route="infer",outcome="late"} 1"#))
      #expect(metrics.contains("sluice_in_flight 0\n"))
    }

    @Test("a call that is in flight when the gateway is told to end is answered")
    func farewell() async throws {
      let server = FakeModelServer(.silence)
      let asked = request([Signs.clean], isRaw: true)
      try await server.serving { port in
        let gateway = try RunningGateway(["--upstream", "http://127.0.0.1:\(port)", "--drain", "30s"])
        try await gateway.wait(for: "model server in use")
        try await withClient(gateway) { client in
          let call = Task { try await client.modelInfer(asked) }
          try await eventually("the server is asked") { !server.received.isEmpty }
          gateway.send(SIGTERM)
          let operations = WebClient(port: gateway.operations)
          try await eventually("it is ready no longer") { try await operations.get("/readyz").status != 200 }
          // Connections hear of it a moment later.
          try await Task.sleep(for: .milliseconds(300))
          server.set(.answers)
          #expect(try await call.value.outputs.map(\.name) == ["y"])
        }
        #expect(gateway.waitForEnd() == 0)
      }
    }

    /// What becomes of calls that are refused while they arrive.
    private func status(_ frames: [UInt8], of stream: UInt32 = 1, _ gateway: RunningGateway) throws -> String {
      let connection = try RawConnection(port: gateway.grpc)
      connection.send(HTTP2Frames.opening + frames)
      let received = connection.receive { HTTP2Frames.endedStreams($0).contains(stream) }
      return HTTP2Frames.fields(received).first { $0.hasPrefix("grpc-status: ") } ?? "none"
    }

    private func metrics(_ gateway: RunningGateway) async throws -> String {
      try await gateway.waitForIdleness()
      return try await gateway.metrics()
    }

    @Test("a call that is refused while it arrives is counted once, for what was wrong with it")
    func countedRefusals() async throws {
      let gateway = try RunningGateway(["--max-body", "100kB", "--audit", "off"])
      let call = HTTP2Frames.headers(1, HTTP2Frames.call("ModelInfer"))
      let malformed = HTTP2Frames.headers(1, HTTP2Frames.call("ModelInfer", [("grpc-timeout", "-1S")]))
      let long = HTTP2Frames.frame(.data, 0, 1, HTTP2Frames.message([1, 2, 3], length: 100_001))
      #expect(try status(malformed, gateway) == "grpc-status: 3")
      let marks = HTTP2Frames.call("ModelInfer", [("x-user", CombiningMarks.text(bytes: 1200))])
      #expect(try status(HTTP2Frames.headers(1, marks), gateway) == "grpc-status: 3", "a field outside ASCII")
      #expect(try status(call + long, gateway) == "grpc-status: 8")
      #expect(try status(call, gateway) == "grpc-status: 8", "nothing has come for a while")
      let text = try await metrics(gateway)
      for outcome in ["invalid", "rejected", "late"] {
        #expect(text.contains(#"sluice_requests_total{route="infer",outcome="\#(outcome)"} 1"#), "\(text)")
      }
      #expect(text.contains(#"sluice_requests_total{route="none",outcome="invalid"} 1"#), "\(text)")
      #expect(!text.contains(#"outcome="gone""#), "\(text)")
    }

    @Test("a call whose client waits no longer is late, and not one whose client has gone")
    func clientDeadline() async throws {
      let gateway = try RunningGateway(["--audit", "off"])
      let short = HTTP2Frames.headers(1, HTTP2Frames.call("ModelInfer", [("grpc-timeout", "300m")]))
      #expect(try status(short, gateway) == "grpc-status: 4")
      let text = try await metrics(gateway)
      #expect(text.contains(#"sluice_requests_total{route="infer",outcome="late"} 1"#), "\(text)")
      #expect(!text.contains(#"outcome="gone""#), "\(text)")
    }

    @Test("a client says how long it waits in its own field, and nowhere else")
    func hiddenTimeout() async throws {
      let gateway = try RunningGateway(["--audit", "off"])
      let call = HTTP2Frames.headers(1, HTTP2Frames.call("ModelInfer", [("sluice-timeout", "1m")]))
      // Nothing has come for a while, which takes longer.
      #expect(try status(call, gateway) == "grpc-status: 8")
    }

    @Test("a call for which there is no memory is counted as one that came when there was too much to do")
    func countedBusyCalls() async throws {
      // One that is alone is taken whatever the budget says.
      let gateway = try RunningGateway(["--max-body", "1kB", "--body-memory", "1kB", "--audit", "off"])
      let calls =
        HTTP2Frames.headers(1, HTTP2Frames.call("ModelInfer", [("sluice-call", "1")]))
        + HTTP2Frames.headers(3, HTTP2Frames.call("ModelInfer"))
      #expect(try status(calls, of: 3, gateway) == "grpc-status: 8")
      let text = try await metrics(gateway)
      #expect(text.contains(#"sluice_requests_total{route="infer",outcome="busy"} 1"#), "\(text)")
      #expect(text.contains(#"sluice_requests_total{route="infer",outcome="gone"} 1"#), "\(text)")
    }

    @Test(
      "of whom a token is asked, by method",
      arguments: [
        ("ServerLive", 0, "health"), ("ServerReady", 0, "health"), ("ModelReady", 5, "health"),
        ("ServerMetadata", 16, "metadata"), ("ModelMetadata", 16, "metadata"), ("ModelInfer", 16, "infer"),
      ])
    func callers(method: String, status: Int, route: String) async throws {
      let token = ["SLUICE_TOKEN": "a-token-in-the-environment"]
      let gateway = try RunningGateway(["--audit", "off"], environment: token)
      let call = HTTP2Frames.headers(1, HTTP2Frames.call(method))
      let message = HTTP2Frames.frame(.data, HTTP2Frames.endStream, 1, HTTP2Frames.message([]))
      #expect(try self.status(call + message, gateway) == "grpc-status: \(status)")
      let text = try await metrics(gateway)
      let outcome = [0: "answered", 5: "invalid", 16: "unauthenticated"][status] ?? ""
      #expect(text.contains(#"sluice_requests_total{route="\#(route)",outcome="\#(outcome)"} 1"#), "\(text)")
    }

    @Test("tokens are asked for, as metadata")
    func tokens() async throws {
      let gateway = try RunningGateway([], environment: ["SLUICE_TOKEN": "a-token-in-the-environment"])
      try await withClient(gateway) { client in
        await #expect(throws: RPCError.self) { try await client.serverMetadata(Inference_ServerMetadataRequest()) }
        let shown: Metadata = ["authorization": "Bearer a-token-in-the-environment"]
        let server = try await client.serverMetadata(Inference_ServerMetadataRequest(), metadata: shown)
        #expect(server.name == "sluice")
      }
    }
  }
}
