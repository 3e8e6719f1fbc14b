import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import OpenInferenceRPC
import TestSupport
import Testing

extension GatewayProcesses {
  /// A filter with private detectors, as callers, scrapers, readers of the log and reviewers see it.
  @Suite struct PrivateDetectorTests {
    private static let (reviewer, insider) = ("a-token-of-a-reviewer", "a-token-of-an-insider")
    /// What nobody may read without the right to it: names of detectors and of their model, and what they squeeze by.
    private static let secrets = ["covert", "bitDepth 5", "median 2"]

    /// The sample filter, whose detector is private here, beside one that flags nothing.
    private static func filter() throws -> String {
      let sample = String(decoding: try Repository.bytes(Repository.file("Filters/signs.yaml")), as: UTF8.self)
      let lines = sample.split(separator: "\n", omittingEmptySubsequences: false)
      let head =
        lines.prefix { !$0.hasPrefix("detectors:") }.joined(separator: "\n") + """

          models:
            covert-model: {openvino: {model: ../Samples/signs/model.onnx, input: input, output: logits}}
            covert-unused: {openvino: {model: ../Samples/signs/model.onnx}}
          detectors:
            - featureSqueezing: {name: open-squeezing, squeezers: [{bitDepth: 6}], distance: l1, threshold: 2}
            - featureSqueezing:
                {name: covert-squeezing, squeezers: [{bitDepth: 5}, {median: 2}], distance: l1, threshold: 0.000616, private: true}
            - auxiliaryModel: {name: covert-second, model: covert-model, threshold: 1, private: true}
          forward: original

          """
      return head.replacing("../Samples", with: Repository.file("Samples"))
    }

    private func gateway(_ arguments: [String] = []) throws -> RunningGateway {
      let tokens = try TemporaryFolder()
      defer { withExtendedLifetime(tokens) {} }
      let path = try tokens.file("tokens", "alice:\(Self.reviewer)\nbob+private:\(Self.insider)\n")
      return try RunningGateway(["--audit-token-file", path] + arguments, filter: Self.filter())
    }

    /// The score of the private detector, as the record of an image that it flagged has it.
    private func privateScore(_ gateway: RunningGateway) throws -> String {
      let listed = try AuditLogReader(gateway.auditPath).run("list", ["--ndjson", "--verdict", "adversarial"])
      let score = /"name":"covert-squeezing","kind":"featureSqueezing","private":true,"score":([0-9.]{6,})/
      return String(try #require(listed.outputText.firstMatch(of: score), "\(listed.outputText)").1)
    }

    private func expectNothing(private text: String, score: String, _ place: String) {
      for secret in Self.secrets + [String(score.prefix(6))] {
        #expect(!text.contains(secret), "\(place) has \(secret)")
      }
    }

    private func text(_ answer: WebClient.Answer) -> String {
      String(decoding: answer.body, as: UTF8.self) + answer.headers.map { "\n\($0): \($1)" }.joined()
    }

    private func answers(_ gateway: RunningGateway) async throws -> [(place: String, text: String)] {
      let client = WebClient(port: gateway.http)
      var answers: [(String, String)] = []
      for path in ["/v2", "/v2/models/signs", "/v2/health/ready", "/openapi.json", "/none"] {
        answers.append((path, text(try await client.get(path))))
      }
      for (name, image) in [("clean", Signs.clean), ("adversarial", Signs.adversarial), ("broken", [1, 2, 3])] {
        for path in ["/v1/filter", "/v1/check/x"] {
          answers.append(("\(path) \(name)", text(try await client.post(path, image))))
        }
        let input = #"{"name":"i","datatype":"BYTES","shape":[1],"data":["\#(image.base64)"]}"#
        let inference = Array(#"{"inputs":[\#(input)]}"#.utf8)
        answers.append(("infer \(name)", text(try await client.post("/v2/models/signs/infer", inference))))
        let instances = Array(#"{"instances":[{"b64":"\#(image.base64)"}]}"#.utf8)
        answers.append(("predict \(name)", text(try await client.post("/v1/models/signs:predict", instances))))
        answers.append(("gRPC \(name)", try await remoteAnswer(gateway, image)))
      }
      answers.append(("metrics", text(try await WebClient(port: gateway.operations).get("/metrics"))))
      return answers
    }

    private func remoteAnswer(_ gateway: RunningGateway, _ image: [UInt8]) async throws -> String {
      let transport = try HTTP2ClientTransport.Posix(
        target: .ipv4(address: "127.0.0.1", port: gateway.grpc), transportSecurity: .plaintext)
      return try await withGRPCClient(transport: transport) { client in
        var request = Inference_ModelInferRequest()
        request.modelName = "signs"
        var input = Inference_ModelInferRequest.InferInputTensor()
        (input.name, input.datatype, input.shape) = ("image", "BYTES", [1])
        input.contents.bytesContents = [Data(image)]
        request.inputs = [input]
        do {
          return "\(try await Inference_GRPCInferenceService.Client(wrapping: client).modelInfer(request))"
        } catch let error as RPCError {
          return "\(error) \(error.metadata)"
        }
      }
    }

    @Test(
      "no answer, metric or line of the log says anything of them, also where scores are shown",
      arguments: [[], ["--expose-verdicts"]])
    func outside(arguments: [String]) async throws {
      let gateway = try gateway(arguments)
      let answers = try await answers(gateway)
      let score = try privateScore(gateway)
      for (place, text) in answers { expectNothing(private: text, score: score, place) }
      expectNothing(private: gateway.logText, score: score, "the log")
      #expect(gateway.logText.contains("image not clean"))
      let flagged = try #require(answers.first { $0.place == "/v1/filter adversarial" }).text
      #expect(flagged.contains("adversarial-image") && flagged.contains("open-squeezing") == !arguments.isEmpty)
      let metrics = try #require(answers.last).text
      // Five requests carried the image that they flag.
      #expect(metrics.contains(#"sluice_detector_firings_total{detector="private"} 5"#), "\(metrics)")
    }

    @Test("the operator's own record is complete, and verifies")
    func record() async throws {
      let gateway = try gateway()
      _ = try await WebClient(port: gateway.http).post("/v1/filter", Signs.adversarial)
      let reader = AuditLogReader(gateway.auditPath)
      let listed = try reader.run("list", ["--ndjson", "--detector", "covert-squeezing"]).outputText
      #expect(listed.contains(#""name":"covert-squeezing","kind":"featureSqueezing","private":true"#))
      // Once it is flagged, the private model is not asked, and the record says how far it came.
      #expect(!listed.contains("covert-second") && listed.contains(#""end":"flagged-early","#))
      #expect(listed.contains(#""models.covert-model":"f32","models.covert-unused":"f32"},"private":true"#))
      #expect(listed.contains(#""privateFiles":["models.covert-model","models.covert-unused"]"#))
      let record = try #require(try reader.records().first)
      let shown = try reader.run("show", [record.reference]).outputText
      #expect(shown.contains("Flagged by covert-squeezing"))
      #expect(try reader.verify().status == 0)
    }

    /// Every page about a log with one flagged image and one that was let pass.
    private func pages(_ gateway: RunningGateway, _ token: String) async throws -> [(place: String, text: String)] {
      let client = WebClient(port: gateway.operations)
      let records = try AuditLogReader(gateway.auditPath).records()
      let places = records.map { "/audit/records/" + $0.reference.replacing(":", with: "/") }
      let first = try #require(places.first).split(separator: "/").dropLast().joined(separator: "/")
      // The record that the gateway began names the files that it rests on.
      let opened = "/\(first)/1"
      var pages: [(String, String)] = []
      for path in ["/audit", "/audit/live", "/audit/records", "/audit/records.ndjson", opened] + places {
        let answer = try await client.get(path, ["Authorization": "Bearer \(token)"])
        #expect(answer.status == 200, "\(path)")
        pages.append((path, text(answer)))
      }
      return pages
    }

    @Test("reviewers learn that a private witness held an image, and nothing else of it")
    func reviewers() async throws {
      let gateway = try gateway()
      for image in [Signs.clean, Signs.adversarial] {
        _ = try await WebClient(port: gateway.http).post("/v1/filter", image)
      }
      let score = try privateScore(gateway)
      let pages = try await pages(gateway, Self.reviewer)
      for (place, text) in pages { expectNothing(private: text, score: score, place) }
      for (place, text) in pages where place != "/audit/live" && !place.hasSuffix("/1") {
        #expect(text.contains("open-squeezing") || text.contains("a private witness"), "\(place)")
      }
      let flagged = try #require(pages.first { $0.text.contains("Flagged by") }).text
      #expect(flagged.contains("Flagged by a private witness.") && flagged.contains("open-squeezing"))
      #expect(flagged.contains("&quot;withheld&quot;: true") || flagged.contains(#""withheld": true"#))
    }

    @Test("with the right to it, everything is there")
    func insiders() async throws {
      let gateway = try gateway()
      for image in [Signs.clean, Signs.adversarial] {
        _ = try await WebClient(port: gateway.http).post("/v1/filter", image)
      }
      for (place, text) in try await pages(gateway, Self.insider) {
        #expect(text.contains("covert") && !text.contains("a private witness"), "\(place)")
        if text.contains("Flagged by") {
          #expect(text.contains("Flagged by covert-squeezing (") && text.contains("after median 2, speed-30 (3)"))
        }
      }
      let client = WebClient(port: gateway.operations)
      let login = try await client.post("/audit/login", Array("token=\(Self.insider)".utf8))
      let cookie = String(try #require(login.headers["set-cookie"]).prefix { $0 != ";" })
      let page = text(try await client.get("/audit", ["Cookie": cookie]))
      #expect(page.contains("covert-squeezing") && page.contains(#"<span class="name">bob</span>"#))
    }

    @Test("the name of a private detector finds nothing, and its versions are no pictures")
    func searching() async throws {
      let gateway = try gateway()
      _ = try await WebClient(port: gateway.http).post("/v1/filter", Signs.adversarial)
      let record = try #require(try AuditLogReader(gateway.auditPath).records().first)
      let place = "/audit/records/" + record.reference.replacing(":", with: "/")
      let client = WebClient(port: gateway.operations)
      func get(_ path: String, _ token: String) async throws -> WebClient.Answer {
        try await client.get(path, ["Authorization": "Bearer \(token)"])
      }
      let query = "?detector=covert-squeezing"
      let list = text(try await get("/audit/records" + query, Self.reviewer))
      #expect(list.contains("No record matches this filter") && list.contains(">0 records<"))
      #expect(try await get("/audit/records.ndjson" + query, Self.reviewer).body.isEmpty)
      let found = text(try await get("/audit/records" + query, Self.insider))
      #expect(found.contains(">1 record<") && found.contains(record.reference))
      #expect(try await !get("/audit/records.ndjson" + query, Self.insider).body.isEmpty)
      // In the order of the filter: the open detector's, then the two of the private one.
      for (version, statuses) in [(0, [200, 200]), (1, [404, 200]), (2, [404, 200]), (3, [404, 404])] {
        for kind in ["version", "difference"] {
          for (token, status) in zip([Self.reviewer, Self.insider], statuses) {
            let answer = try await get("\(place)/pictures/\(kind)-\(version)", token)
            #expect(answer.status == status, "\(kind) \(version)")
          }
        }
      }
      let heat = try await get("\(place)/pictures/heat", Self.insider).body
      #expect(try await get("\(place)/pictures/heat", Self.reviewer).body != heat)
    }
  }
}
