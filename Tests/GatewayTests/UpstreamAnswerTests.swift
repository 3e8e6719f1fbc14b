import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import OpenInferenceRPC
import TestSupport
import Testing

extension GatewayProcesses {
  /// What of a model server's answer reaches clients, over REST, raw and gRPC.
  @Suite struct UpstreamAnswerTests {
    private static let path = "/v2/models/signs/infer"

    private static func body(_ more: String = "") -> [UInt8] {
      let input = #"{"name":"i","datatype":"BYTES","shape":[1],"data":["\#(Signs.clean.base64)"]}"#
      return Array(#"{"inputs":[\#(input)]\#(more)}"#.utf8)
    }

    private static func gateway(_ scheme: String, _ port: Int) async throws -> RunningGateway {
      let gateway = try RunningGateway(["--upstream", "\(scheme)://127.0.0.1:\(port)", "--health-interval", "100ms"])
      try await gateway.wait(for: "model server in use")
      return gateway
    }

    /// What a gRPC client gets: the answer, or the error.
    private static func call(_ gateway: RunningGateway) async throws -> Result<Inference_ModelInferResponse, RPCError> {
      var request = Inference_ModelInferRequest()
      request.modelName = "signs"
      request.inputs = [
        .with { input in
          input.name = "image"
          input.datatype = "BYTES"
          input.shape = [1]
          input.contents.bytesContents = [Data(Signs.clean)]
        }
      ]
      let sent = request
      let transport = try HTTP2ClientTransport.Posix(
        target: .ipv4(address: "127.0.0.1", port: gateway.grpc), transportSecurity: .plaintext)
      return try await withGRPCClient(transport: transport) { client in
        let service = Inference_GRPCInferenceService.Client(wrapping: client)
        do {
          return .success(try await service.modelInfer(sent))
        } catch let error as RPCError {
          return .failure(error)
        }
      }
    }

    private static func refusal(_ gateway: RunningGateway) async throws -> RPCError {
      switch try await call(gateway) {
      case .failure(let error): return error
      case .success: throw Answered()
      }
    }

    private struct Answered: Error {}

    private static func text(_ error: RPCError, _ key: String) -> String? {
      error.metadata[stringValues: key].first { _ in true }
    }

    @Test("labels in JSON are text, whatever they would be as base64, in every form that clients ask for")
    func labels() async throws {
      let server = FakeModelServer(
        .outputs(#"{"name":"y","datatype":"BYTES","shape":[2],"data":["stop","no-entry"]}"#))
      try await server.serving { port in
        let gateway = try await Self.gateway("http", port)
        let raw = Array("\u{4}\0\0\0stop\u{8}\0\0\0no-entry".utf8)
        let client = WebClient(port: gateway.http)
        let listed = try await client.post(Self.path, Self.body())
        let outputs = try #require(listed.body.json["outputs"] as? [[String: Any]], "\(listed.error)")
        #expect(outputs[0]["data"] as? [String] == ["stop", "no-entry"])
        let binary = try await client.post(Self.path, Self.body(#","parameters":{"binary_data_output":true}"#))
        #expect(binary.body.suffix(raw.count) == raw[...])
        let answer = try await Self.call(gateway).get()
        #expect(answer.rawOutputContents.first.map { Array($0) } == raw)
      }
    }

    /// Of the form that calls of the gateway have, and none of them.
    private static let otherCall = "r7-sluice-0123456789abcdef"

    @Test(
      "an answer to another request reaches nobody, and each call has an id of its own",
      arguments: ["r7", "r7-sluice-0123456789abcdef"])
    func foreignAnswers(request: String) async throws {
      let output = #"{"name":"y","datatype":"FP32","shape":[1],"data":[0.5]}"#
      let server = FakeModelServer(.body(#"{"model_name":"theirs","id":"\#(Self.otherCall)","outputs":[\#(output)]}"#))
      try await server.serving { port in
        let gateway = try await Self.gateway("http", port)
        let client = WebClient(port: gateway.http)
        func ask() async throws -> WebClient.Answer {
          try await client.post(Self.path, Self.body(#","id":"\#(request)""#), ["X-Request-Id": request])
        }
        for _ in 0..<2 { #expect(try await ask().status == 502) }
        let ids = server.received.compactMap { $0.body.json["id"] as? String }
        #expect(ids.count == 2 && Set(ids).count == 2, "\(ids)")
        #expect(gateway.log.contains { $0["cause"] as? String == "it answered another request" }, "\(gateway.logText)")
        // Some servers leave the id out, and some make one of their own.
        let own = ["a", "r7", "sluice-0123456789abcdef", "\(Self.otherCall)0", "x-sluice-0123456789abcdeg"]
        for more in ["", #","id":null"#, #","id":"""#] + own.map({ #","id":"\#($0)""# }) {
          server.set(.body(#"{"model_name":"theirs"\#(more),"outputs":[\#(output)]}"#))
          let answer = try await ask()
          #expect(answer.status == 200 && answer.body.json["id"] as? String == request, "\(more): \(answer.error)")
        }
      }
    }

    @Test("a connection on which an answer was another one's is left, so that the next request gets its own")
    func shiftedAnswers() async throws {
      let server = RawModelServer(.shifts)
      // It is asked about once, so that requests have its connections for themselves.
      let gateway = try RunningGateway(["--upstream", "http://127.0.0.1:\(server.port)", "--health-interval", "60s"])
      try await gateway.wait(for: "model server in use")
      let client = WebClient(port: gateway.http)
      var statuses: [Int] = []
      for _ in 0..<6 { statuses.append(try await client.post(Self.path, Self.body()).status) }
      #expect(statuses == [200, 502, 200, 502, 200, 502], "\(gateway.logText)")
    }

    @Test("the same over gRPC", arguments: [(otherCall, 502), ("another", 200), ("", 200)])
    func rpcForeignAnswers(id: String, status: Int) async throws {
      let answer = Inference_ModelInferResponse.with { message in
        message.id = id
        message.outputs = [
          .with { output in
            output.name = "y"
            output.datatype = "FP32"
            output.shape = [1]
          }
        ]
        message.rawOutputContents = [Data([0, 0, 0, 63])]
      }
      try await FakeRPCModelServer(answer: answer).serving { port in
        let gateway = try await Self.gateway("grpc", port)
        let said = try await WebClient(port: gateway.http).post(Self.path, Self.body(#","id":"q""#))
        #expect(said.status == status && (status != 200 || said.body.json["id"] as? String == "q"), "\(said.error)")
      }
    }

    @Test("numbers that are not finite come as null and go as null, or as NaN")
    func notFinite() async throws {
      let server = FakeModelServer(.outputs(#"{"name":"y","datatype":"FP32","shape":[2],"data":[null,0.5]}"#))
      try await server.serving { port in
        let gateway = try await Self.gateway("http", port)
        let listed = try await WebClient(port: gateway.http).post(Self.path, Self.body())
        #expect(listed.status == 200 && String(decoding: listed.body, as: UTF8.self).contains("[null,0.5]"))
        let answer = try await Self.call(gateway).get()
        #expect(answer.rawOutputContents.first.map { Array($0) } == [0, 0, 192, 127, 0, 0, 0, 63])
      }
    }

    @Test(
      "half precision of a model server reaches clients of JSON and of predictions as numbers",
      arguments: ["FP16", "BF16"])
    func halves(datatype: String) async throws {
      var output = Inference_ModelInferResponse.InferOutputTensor()
      output.name = "y"
      output.datatype = datatype
      output.shape = [1, 2]
      var answer = Inference_ModelInferResponse()
      answer.outputs = [output]
      let raw: [UInt8] = datatype == "FP16" ? [0, 0x38, 0, 0x34] : [0, 0x3F, 0x80, 0x3E]
      answer.rawOutputContents = [Data(raw)]
      try await FakeRPCModelServer(answer: answer).serving { port in
        let gateway = try await Self.gateway("grpc", port)
        let client = WebClient(port: gateway.http)
        let listed = try await client.post(Self.path, Self.body())
        let outputs = try #require(listed.body.json["outputs"] as? [[String: Any]], "\(listed.error)")
        #expect(outputs[0]["data"] as? [Double] == [0.5, 0.25] && outputs[0]["datatype"] as? String == datatype)
        let instances = Array(#"{"instances":[{"b64":"\#(Signs.clean.base64)"}]}"#.utf8)
        let predicted = try await client.post("/v1/models/signs:predict", instances)
        #expect(predicted.body.json["predictions"] as? [[Double]] == [[0.5, 0.25]], "\(predicted.error)")
      }
    }

    @Test(
      "outputs without elements come as empty lists, and not as millions of them",
      arguments: [("[1,0]", 200), ("[1,100,0]", 200), ("[1,20000000,0]", 502), ("[1,100,1000,0]", 502)])
    func emptyLists(shape: String, status: Int) async throws {
      let server = FakeModelServer(.outputs(#"{"name":"y","datatype":"FP32","shape":\#(shape),"data":[]}"#))
      try await server.serving { port in
        let gateway = try await Self.gateway("http", port)
        let body = Array(#"{"instances":[{"b64":"\#(Signs.clean.base64)"}]}"#.utf8)
        #expect(try await WebClient(port: gateway.http).post("/v1/models/signs:predict", body).status == status)
      }
    }

    @Test(
      "that a server has too much to do, or serves nobody, is passed on with when to come back",
      arguments: [
        (429, "7", 429, "7"), (429, nil, 429, "1"), (503, "120", 503, "120"), (503, nil, 503, "1"),
        (503, "Sun, 06 Nov 1994 08:49:37 GMT", 503, "Sun, 06 Nov 1994 08:49:37 GMT"), (429, "<b>soon</b>", 429, "1"),
      ] as [(Int, String?, Int, String)])
    func overload(theirs: Int, time: String?, ours: Int, passedOn: String) async throws {
      let server = FakeModelServer(.overload(theirs, retryAfter: time))
      try await server.serving { port in
        let gateway = try await Self.gateway("http", port)
        let answer = try await WebClient(port: gateway.http).post(Self.path, Self.body())
        #expect(answer.status == ours && answer.headers["retry-after"] == passedOn)
        let error = try await Self.refusal(gateway)
        #expect(error.code == (theirs == 429 ? .resourceExhausted : .unavailable))
        #expect(Self.text(error, "retry-after") == passedOn)
        #expect(server.received.count == 2, "nothing is asked twice")
      }
    }

    @Test(
      "the same over gRPC",
      arguments: [
        (RPCError.Code.resourceExhausted, ["retry-after": "7"], 429, "7"),
        (.resourceExhausted, ["grpc-retry-pushback-ms": "2500"], 429, "3"),
        (.unavailable, ["x": "y"], 503, "1"), (.unavailable, [:], 503, "1"),
      ] as [(RPCError.Code, Metadata, Int, String)])
    func rpcOverload(code: RPCError.Code, metadata: Metadata, status: Int, passedOn: String) async throws {
      let server = FakeRPCModelServer(error: RPCError(code: code, message: "overloaded", metadata: metadata))
      try await server.serving { port in
        let gateway = try await Self.gateway("grpc", port)
        let answer = try await WebClient(port: gateway.http).post(Self.path, Self.body())
        #expect(answer.status == status && answer.headers["retry-after"] == passedOn, "\(answer.error)")
        let error = try await Self.refusal(gateway)
        #expect(error.code == code && Self.text(error, "retry-after") == passedOn)
        let ready = try await WebClient(port: gateway.operations).get("/readyz")
        #expect(ready.status == 200, "a server that answers stays in use")
      }
    }

    private static let secret = "password=hunter2"

    private static func expectSecret(_ gateway: RunningGateway, _ status: Int, _ code: RPCError.Code) async throws {
      let answer = try await WebClient(port: gateway.http).post(path, body())
      #expect(answer.status == status)
      let said = String(decoding: answer.body, as: UTF8.self) + answer.headers.map { "\($0): \($1)" }.joined()
      #expect(!said.contains("hunter2"), "\(said)")
      let error = try await refusal(gateway)
      #expect(error.code == code && !"\(error.message) \(error.metadata)".contains("hunter2"), "\(error)")
      let causes = gateway.log.compactMap { $0["cause"] as? String }
      #expect(causes.count { $0.contains(secret) } == 2, "\(gateway.logText)")
    }

    @Test("what a server says is wrong goes to the log, and to no client", arguments: [400, 500, 429, 503])
    func words(status: Int) async throws {
      let expected: [Int: (Int, RPCError.Code)] = [
        400: (400, .invalidArgument), 500: (502, .unavailable), 429: (429, .resourceExhausted),
        503: (503, .unavailable),
      ]
      let (ours, code) = try #require(expected[status])
      let server = FakeModelServer(.status(status, Self.secret))
      try await server.serving { port in
        try await Self.expectSecret(try await Self.gateway("http", port), ours, code)
      }
    }

    @Test("words in an answer that does not fit the request are in the log, and no client hears them")
    func unfitAnswer() async throws {
      let output = #"{"name":"\#(Self.secret)","datatype":"FP32","shape":[5],"data":[1,2,3,4,5]}"#
      try await FakeModelServer(.outputs(output)).serving { port in
        let gateway = try await Self.gateway("http", port)
        let body = Array(#"{"instances":[{"b64":"\#(Signs.clean.base64)"}]}"#.utf8)
        let answer = try await WebClient(port: gateway.http).post("/v1/models/signs:predict", body)
        #expect(answer.status == 502 && answer.error == "the answer of the model cannot be passed on")
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("hunter2"))
        let line = gateway.log.first { $0["message"] as? String == "request" }
        #expect((line?["cause"] as? String)?.contains(Self.secret) == true, "\(gateway.logText)")
      }
    }

    @Test("the same of a server over gRPC", arguments: [RPCError.Code.invalidArgument, .internalError])
    func rpcWords(code: RPCError.Code) async throws {
      let server = FakeRPCModelServer(
        error: RPCError(code: code, message: #"{"error":"\#(Self.secret)"}"#, metadata: ["x-secret": "\(Self.secret)"]))
      try await server.serving { port in
        let isRefused = code == .invalidArgument
        try await Self.expectSecret(
          try await Self.gateway("grpc", port), isRefused ? 400 : 502, isRefused ? .invalidArgument : .unavailable)
      }
    }
  }
}
