import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// What the log of the gateway and `sluice parity` say of a model server that is of no use.
  @Suite struct UpstreamTroubleTests {
    private static let image = Repository.file("Samples/signs/clean/test/081_roundabout.png")

    private static func gateway(_ address: String, _ more: [String] = []) throws -> RunningGateway {
      try RunningGateway(["--upstream", address, "--health-interval", "100ms"] + more)
    }

    /// Why the gateway does not use its only model server.
    private static func cause(_ address: String, _ more: [String] = []) async throws -> String {
      let gateway = try gateway(address, more)
      let message = "model server not in use"
      try await gateway.wait(for: message)
      return gateway.log.first { $0["message"] as? String == message }?["cause"] as? String ?? ""
    }

    /// What the command says, in a process of its own, without holding up the server in this one.
    private static func parity(_ address: String, _ more: [String] = []) async throws -> SluiceCommand.Result {
      try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
          continuation.resume(
            with: Result {
              try SluiceCommand.run(
                ["parity", "-f", Repository.file("Filters/signs.yaml"), "--upstream", address] + more + [image])
            })
        }
      }
    }

    /// A gateway of which nobody has heard, as a model server with TLS.
    private static func strangerWithTLS(in folder: TemporaryFolder) throws -> RunningGateway {
      let (certificate, key) = ("\(folder.path)/c.pem", "\(folder.path)/k.pem")
      let made = try SluiceCommand.shell(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -out '\(certificate)' -keyout '\(key)'")
      #expect(made.status == 0, "\(made.errors)")
      return try RunningGateway(["--tls-certificate", certificate, "--tls-key", key])
    }

    @Test("a certificate that nobody trusts is named", .enabled(if: Requirements.hasOpenSSL, "needs openssl"))
    func certificates() async throws {
      let folder = try TemporaryFolder()
      let server = try Self.strangerWithTLS(in: folder)
      let reason = "its certificate is not one that this system trusts"
      // gRPC's library tells no more than that there is no connection.
      for (address, words) in [
        ("https://localhost:\(server.http)", "cannot be reached: \(reason)"),
        ("grpcs://127.0.0.1:\(server.grpc)", "cannot be reached: "),
      ] {
        #expect(try await Self.cause(address).hasPrefix("it \(words)"))
        let result = try await Self.parity(address)
        #expect(result.status == 2 && result.errors.contains(words), "\(result.errors)")
        #expect(result.errors.contains("that its certificate is one this system trusts"), "\(result.errors)")
        #expect(!result.errors.contains(".cc:") && !result.errors.contains("prediction"), "\(result.errors)")
      }
    }

    @Test("a server without TLS is not one whose model is not ready")
    func plainServer() async throws {
      try await FakeModelServer().serving { port in
        let cause = try await Self.cause("https://127.0.0.1:\(port)")
        #expect(cause.hasPrefix("it cannot be reached: ") && cause.contains("TLS"), "\(cause)")
      }
    }

    @Test(
      "a server that would have to be sent half precision in JSON is not used, and says why", arguments: [true, false])
    func halfPrecision(isBinary: Bool) async throws {
      let server = FakeModelServer(
        extensions: isBinary ? ["binary_tensor_data"] : [],
        input: #"{"name":"x","datatype":"FP16","shape":[-1,3,8,8]}"#)
      let filter =
        "version: 1\nname: signs\npreprocess: [{resize: {width: 8, height: 8}}]\ntensor: {layout: nchw, type: float16}\n"
      try await server.serving { port in
        let gateway = try RunningGateway(
          ["--upstream", "http://127.0.0.1:\(port)", "--health-interval", "100ms"], filter: filter)
        let unused = "model server not in use"
        try await gateway.wait(for: isBinary ? "model server in use" : unused)
        let cause = gateway.log.first { $0["message"] as? String == unused }?["cause"] as? String
        #expect(isBinary ? cause == nil : cause?.contains("no binary tensors, and FP16") == true, "\(gateway.logText)")
        let isReady = try await WebClient(port: gateway.operations).get("/readyz").status == 200
        #expect(isReady == isBinary)
      }
    }

    @Test("the path and the status are named where a server has no such model, and where its model is not ready")
    func statuses() async throws {
      let server = FakeModelServer()
      server.set(isReady: false)
      try await server.serving { port in
        let address = "http://127.0.0.1:\(port)"
        #expect(
          try await Self.cause(address).hasPrefix("GET /v2/models/signs/ready gave status 503: overloaded, request "))
        let other = ["--upstream-model", "other"]
        #expect(try await Self.cause(address, other) == "GET /v2/models/other/ready gave status 404")
        let result = try await Self.parity(address, other)
        #expect(result.status == 2, "\(result.errors)")
        #expect(result.errors.contains("did not answer as it should: GET /v2/models/other gave status 404;"))
      }
    }

    @Test("a server that is not ready is in the log once, however it words that each time")
    func wordsThatChange() async throws {
      let server = FakeModelServer()
      server.set(isReady: false)
      try await server.serving { port in
        let gateway = try Self.gateway("http://127.0.0.1:\(port)")
        let message = "model server not in use"
        try await gateway.wait(for: message)
        try await eventually("it has refused six times") { server.refusals >= 6 }
        #expect(gateway.log.count { $0["message"] as? String == message } == 1, "\(gateway.logText)")
        server.set(isReady: true)
        try await gateway.wait(for: "model server in use")
      }
    }

    @Test("a model that takes another tensor is in the log in words, and its clients are not told that nobody is there")
    func unfitModel() async throws {
      let server = FakeModelServer(input: #"{"name":"x","datatype":"FP16","shape":[-1,3,64,64]}"#)
      try await server.serving { port in
        let address = "http://127.0.0.1:\(port)"
        let cause = try await Self.cause(address)
        #expect(cause == "its input `x` takes FP16 [-1, 3, 64, 64], but the filter gives FP32 [1, 3, 64, 64]")
        let gateway = try Self.gateway(address)
        try await gateway.wait(for: "model server not in use")
        let body = #"{"inputs":[{"name":"i","datatype":"BYTES","shape":[1],"data":["\#(Signs.clean.base64)"]}]}"#
        let answer = try await WebClient(port: gateway.http).post("/v2/models/signs/infer", Array(body.utf8))
        #expect(answer.status == 503 && answer.error.contains("no model server is ready"), "\(answer.error)")
      }
    }

    @Test("a model that takes eight images in a call, no more and no fewer, is not used, and the log says so")
    func fixedNumber() async throws {
      let server = FakeModelServer(input: #"{"name":"x","datatype":"FP32","shape":[8,3,64,64]}"#)
      try await server.serving { port in
        let cause = try await Self.cause("http://127.0.0.1:\(port)")
        #expect(cause.hasPrefix("its input `x` takes 8 images in each call, no more and no fewer; "), "\(cause)")
      }
    }

    @Test("nobody there is said the same way over REST and gRPC", arguments: ["http", "grpc"])
    func nobody(scheme: String) async throws {
      let address = "\(scheme)://127.0.0.1:\(LoopbackSocket.freePort())"
      #expect(try await Self.cause(address) == "it cannot be reached: Connection refused")
      let result = try await Self.parity(address)
      #expect(result.errors.contains("cannot be reached: Connection refused;"), "\(result.errors)")
    }

    @Test("a connection that is closed under a request is said in words")
    func hangingUp() async throws {
      let server = RudeServer(.hangsUp)
      let words = "it closed the connection before it had answered"
      #expect(try await Self.cause("http://127.0.0.1:\(server.port)") == words)
      let result = try await Self.parity("http://127.0.0.1:\(server.port)")
      #expect(result.status == 2, "\(result.errors)")
      #expect(result.errors.contains("did not answer as it should: \(words);"), "\(result.errors)")
    }

    @Test("a server that closes kept connections on questions about it is in use, and stays so")
    func closing() async throws {
      let server = RawModelServer(.closes)
      let gateway = try Self.gateway("http://127.0.0.1:\(server.port)")
      try await gateway.wait(for: "model server in use")
      try await eventually("ten questions are unanswered") { server.unanswered >= 10 }
      #expect(!gateway.log.contains { $0["message"] as? String == "model server not in use" }, "\(gateway.logText)")
    }

    @Test("a server that never answers is late, and does not hold up the end", arguments: ["http", "grpc"])
    func silence(scheme: String) async throws {
      let server = RudeServer(.staysSilent)
      let gateway = try Self.gateway("\(scheme)://127.0.0.1:\(server.port)")
      try await gateway.wait(for: "model server not in use")
      #expect(gateway.log.contains { $0["cause"] as? String == "it did not answer in time" }, "\(gateway.logText)")
      gateway.send(SIGTERM)
      #expect(gateway.waitForEnd() == 0, "\(gateway.logText)")
    }
  }
}
