import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import OpenInferenceRPC
import TestSupport
import Testing

extension GatewayProcesses {
  /// Somebody feels for the filter's boundary by asking.
  @Suite struct SearchTests {
    private typealias RPCClient = Inference_GRPCInferenceService.Client<HTTP2ClientTransport.Posix>

    /// The ways to ask, each with what is not of the image's own taken out of the answer.
    enum Way: String, CaseIterable, Sendable {
      case infer, predict, filter, check

      var path: String {
        switch self {
        case .infer: "/v2/models/signs/infer"
        case .predict: "/v1/models/signs:predict"
        case .filter: "/v1/filter"
        case .check: "/v1/check/upload"
        }
      }

      func body(_ image: [UInt8]) -> [UInt8] {
        switch self {
        case .infer:
          Array(#"{"inputs":[{"name":"i","datatype":"BYTES","shape":[1],"data":["\#(image.base64)"]}]}"#.utf8)
        case .predict: Array(#"{"instances":[{"b64":"\#(image.base64)"}]}"#.utf8)
        case .filter, .check: image
        }
      }
    }

    private static let message = "somebody searches for an adversarial image"

    private func ask(_ way: Way, _ number: Int, _ gateway: RunningGateway, client: String = "a") async throws
      -> WebClient.Answer
    {
      let body = way.body(try SearchImages.image(number))
      return try await WebClient(port: gateway.http).post(way.path, body, ["X-Client": client])
    }

    private func notices(_ gateway: RunningGateway) -> Int {
      gateway.log.count { $0["message"] as? String == Self.message }
    }

    /// Status, and what the sender hears besides the id of the request.
    private func gist(_ answer: WebClient.Answer) -> String {
      var fields = answer.headers
      for name in ["date", "x-request-id", "content-length"] { fields[name] = nil }
      let text = String(decoding: answer.body, as: UTF8.self)
        .replacing(#/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/#, with: "ID")
      return "\(answer.status) \(fields.sorted { $0.key < $1.key }) \(text)"
    }

    @Test("a silent guard changes no answer, and tells metrics and log once", arguments: Way.allCases)
    func silent(way: Way) async throws {
      let (watched, unwatched) = (try RunningGateway(), try RunningGateway(["--query-guard", "off"]))
      for number in 0..<SearchImages.enough + 10 {
        let own = try await ask(way, number, watched)
        #expect(gist(own) == gist(try await ask(way, number, unwatched)))
        #expect(own.status == (number % 2 == 0 ? 200 : 403))
      }
      let text = try await watched.metrics()
      #expect(text.contains("sluice_query_guard_searches_total{action=\"silent\"} 1\n"))
      #expect(text.contains("sluice_query_guard_chains 1\n"))
      #expect(text.contains("sluice_query_guard_seconds_count \(SearchImages.enough + 10)\n"))
      #expect(notices(watched) == 1 && notices(unwatched) == 0)
      #expect(!(try await unwatched.metrics()).contains("query_guard"))
    }

    @Test("frozen, every question is answered like the first", arguments: [Way.infer, .predict])
    func freezesScores(way: Way) async throws {
      let gateway = try RunningGateway(["--query-guard", "freeze"])
      let first = try await ask(way, 0, gateway)
      var different = false
      for number in 1..<SearchImages.enough {
        let answer = try await ask(way, number, gateway)
        different = different || answer.status != first.status
      }
      #expect(different)
      for number in SearchImages.enough..<SearchImages.enough + 6 {
        #expect(gist(try await ask(way, number, gateway)) == gist(first))
      }
    }

    @Test("frozen, no image is let go that others look at next", arguments: [Way.filter, .check])
    func freezesNoFlagAway(way: Way) async throws {
      let gateway = try RunningGateway(["--query-guard", "freeze"])
      for number in 0..<SearchImages.enough + 6 {
        #expect(try await ask(way, number, gateway).status == (number % 2 == 0 ? 200 : 403))
      }
      // A search that begins with a flagged image is flagged throughout.
      let strict = try RunningGateway(["--query-guard", "freeze"])
      for number in 1..<SearchImages.enough + 1 { _ = try await ask(way, number, strict) }
      for number in 100..<104 { #expect(try await ask(way, number, strict).status == 403) }
    }

    @Test("frozen, what was first asked in another way has nothing to be answered")
    func freezesOtherWays() async throws {
      let gateway = try RunningGateway(["--query-guard", "freeze"])
      for number in 0..<SearchImages.enough { _ = try await ask(.check, number, gateway) }
      #expect(try await ask(.infer, 100, gateway).status == 429)
      // Others are served as ever.
      let other = try await WebClient(port: gateway.http).post(Way.infer.path, Way.infer.body(Signs.adversarial))
      #expect(other.status == 403)
    }

    @Test("frozen, first answers are bounded, and where they are gone the gateway is busy")
    func freezesWithinBounds() async throws {
      let gateway = try RunningGateway(["--query-guard", "freeze", "--query-guard-answers", "10kB"])
      for number in 0..<SearchImages.enough { _ = try await ask(.infer, number, gateway) }
      #expect(try await ask(.infer, 100, gateway).status == 200)
      for seed in 0..<8 {
        _ = try await WebClient(port: gateway.http).post("/v1/filter", EncodedImages.png(seed: UInt64(seed)))
      }
      #expect(try await ask(.infer, 102, gateway).status == 429)
    }

    @Test("refused, a search hears what everybody hears when the gateway is busy", arguments: Way.allCases)
    func refuses(way: Way) async throws {
      let gateway = try RunningGateway(["--query-guard", "refuse"])
      for number in 0..<SearchImages.enough { _ = try await ask(way, number, gateway) }
      for number in 100..<104 {
        let answer = try await ask(way, number, gateway)
        #expect(answer.status == 429 && answer.headers["retry-after"] == "1" && answer.code == "busy")
        #expect(answer.error == "too many requests are waiting; try again later", "\(answer.error)")
        #expect(answer.headers["sluice-verdict"] == nil && answer.body.json["verdict"] == nil)
      }
      let other = try await WebClient(port: gateway.http).post("/v1/filter", Signs.adversarial)
      #expect(other.status == 403)
      let text = try await gateway.metrics()
      #expect(text.contains(/sluice_query_guard_answers_total\{action="refuse"\} [1-9]/), "\(text)")
    }

    @Test("slowed, a search waits, and holds no place meanwhile")
    func slows() async throws {
      // With one worker, four requests are in work at most; and there is a queue for nobody.
      let gateway = try RunningGateway([
        "--query-guard", "slow", "--query-guard-delay", "1s", "--deadline", "30s", "--workers", "1", "--queue", "0",
      ])
      for number in 0..<17 { _ = try await ask(.filter, number, gateway) }
      let slowed = (17..<21).map { number in Task { try await ask(.filter, number, gateway).status } }
      let judged = "sluice_query_guard_answers_total{action=\"slow\"} 5\n"
      for _ in 0..<200 {
        let text = try await gateway.metrics()
        if text.contains(judged), text.contains("sluice_running 0\n") { break }
        try await Task.sleep(for: .milliseconds(20))
      }
      for _ in 0..<5 {
        #expect(try await WebClient(port: gateway.http).post("/v1/filter", Signs.adversarial).status == 403)
      }
      for (task, status) in zip(slowed, [403, 200, 403, 200]) { #expect(try await task.value == status) }
      #expect(notices(gateway) == 1)
    }

    @Test("calls of gRPC are noticed and answered alike", arguments: ["silent", "freeze", "refuse"])
    func overRPC(action: String) async throws {
      let gateway = try RunningGateway(["--query-guard", action])
      let transport = try HTTP2ClientTransport.Posix(
        target: .ipv4(address: "127.0.0.1", port: gateway.grpc), transportSecurity: .plaintext)
      try await withGRPCClient(transport: transport) { plain in
        let client = RPCClient(wrapping: plain)
        var answers: [String] = []
        for number in 0..<SearchImages.enough + 4 {
          var request = Inference_ModelInferRequest()
          request.modelName = "signs"
          var input = Inference_ModelInferRequest.InferInputTensor()
          (input.name, input.datatype, input.shape) = ("image", "BYTES", [1])
          input.contents.bytesContents = [Data(try SearchImages.image(number))]
          request.inputs = [input]
          do {
            answers.append("\(try await client.modelInfer(request).rawOutputContents)")
          } catch let error as RPCError {
            answers.append("\(error.code)")
          }
        }
        let last = answers.suffix(4)
        switch action {
        case "freeze": #expect(last.allSatisfy { $0 == answers[0] })
        case "refuse": #expect(last.allSatisfy { $0 == "\(RPCError.Code.resourceExhausted)" })
        default: #expect(Set(last).contains("\(RPCError.Code.permissionDenied)") && Set(last).count > 1)
        }
      }
      #expect(notices(gateway) == 1)
    }

    @Test("a model server never sees an image of a search that is frozen, and is not asked for its answer")
    func frozenInFrontOfAServer() async throws {
      let server = FakeModelServer(
        .outputs(#"{"name":"y","datatype":"FP32","shape":[1,2],"data":[0.25,0.75]}"#))
      try await server.serving { port in
        let gateway = try RunningGateway([
          "--upstream", "http://127.0.0.1:\(port)", "--health-interval", "100ms", "--query-guard", "freeze",
        ])
        try await gateway.wait(for: "model server in use")
        let first = try await self.ask(.infer, 0, gateway)
        #expect(first.status == 200, "\(first.error)")
        for number in 1..<SearchImages.enough { _ = try await self.ask(.infer, number, gateway) }
        let asked = server.received.count
        server.set(.outputs(#"{"name":"y","datatype":"FP32","shape":[1,2],"data":[0.5,0.5]}"#))
        for number in SearchImages.enough..<SearchImages.enough + 6 {
          #expect(self.gist(try await self.ask(.infer, number, gateway)) == self.gist(first))
        }
        #expect(server.received.count == asked)
        // Two images: one of the search, and one that is none.
        let two = try [SearchImages.image(300), Signs.clean].map { "\"\($0.base64)\"" }.joined(separator: ",")
        let body = #"{"inputs":[{"name":"i","datatype":"BYTES","shape":[2],"data":[\#(two)]}]}"#
        let answer = try await WebClient(port: gateway.http).post(Way.infer.path, Array(body.utf8))
        #expect(answer.status == 200 || answer.status == 429, "\(answer.error)")
      }
    }

    @Test("many clients search together, and one is called nothing")
    func manyClients() async throws {
      let gateway = try RunningGateway(["--audit-client", "header:X-Client"])
      for number in 0..<90 {
        _ = try await ask(.filter, number, gateway, client: number % 3 == 0 ? "" : "c\(number % 30)")
      }
      #expect(notices(gateway) == 1)
    }

    @Test("the memory outlives the filter that is loaded anew")
    func reload() async throws {
      let filter = String(decoding: try Repository.bytes(Repository.file("Filters/signs.yaml")), as: UTF8.self)
        .replacing("../Samples", with: Repository.file("Samples"))
      let gateway = try RunningGateway(["--query-guard", "refuse", "--watch", "0s"], filter: filter)
      for number in 0..<SearchImages.enough { _ = try await ask(.filter, number, gateway) }
      #expect(try await ask(.filter, 100, gateway).status == 429)
      gateway.send(SIGHUP)
      try await gateway.wait(for: "filter reloaded")
      #expect(try await ask(.filter, 102, gateway).status == 429)
    }

    @Test("what was rejected is not remembered")
    func rejected() async throws {
      let gateway = try RunningGateway()
      for _ in 0..<5 {
        #expect(try await WebClient(port: gateway.http).post("/v1/filter", [0xFF, 0xD8, 0xFF]).status == 422)
      }
      #expect((try await gateway.metrics()).contains("sluice_query_guard_questions 0\n"))
    }

    @Test("it remembers no more questions than it may")
    func isBounded() async throws {
      let gateway = try RunningGateway(["--query-guard-questions", "100"])
      let client = WebClient(port: gateway.http)
      for seed in 0..<130 { _ = try await client.post("/v1/filter", EncodedImages.png(seed: UInt64(seed))) }
      let text = try await gateway.metrics()
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("sluice_query_guard_questions ") })
      #expect(Int(line.split(separator: " ")[1]).map { $0 <= 100 } == true)
    }
  }
}
