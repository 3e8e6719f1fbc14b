import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// In front of model servers.
  @Suite struct UpstreamTests {
    private static let path = "/v2/models/signs/infer"

    private static func body(_ images: [[UInt8]], _ more: String = "") -> [UInt8] {
      let data = images.map { "\"\($0.base64)\"" }.joined(separator: ",")
      return Array(
        #"{"inputs":[{"name":"i","datatype":"BYTES","shape":[\#(images.count)],"data":[\#(data)]}]\#(more)}"#.utf8)
    }

    private static func gateway(_ ports: [Int], _ more: [String] = []) throws -> RunningGateway {
      let addresses = ports.map { "http://127.0.0.1:\($0)" }.joined(separator: ",")
      return try RunningGateway(["--upstream", addresses, "--health-interval", "100ms"] + more)
    }

    @Test("the server gets a new body with the clean tensor, and its answer comes back", arguments: [true, false])
    func forwarding(isBinary: Bool) async throws {
      let server = FakeModelServer(extensions: isBinary ? ["binary_tensor_data"] : [])
      try await server.serving { port in
        let gateway = try Self.gateway([port])
        try await gateway.wait(for: "model server in use")
        let client = WebClient(port: gateway.http)
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let answer = try await client.post(
          Self.path,
          Self.body(
            [Signs.clean, Signs.clean],
            #","id":"q","parameters":{"p":[1]},"outputs":[{"name":"y","parameters":{"classification":3}}]"#),
          ["X-Request-Id": "r7", "traceparent": trace, "X-Other": "secret"])
        #expect(answer.status == 200, "\(answer.error)")
        #expect(answer.body.json["id"] as? String == "q" && answer.body.json["model_name"] as? String == "signs")
        #expect((answer.body.json["parameters"] as? [String: Any])?["kept"] != nil)
        let received = try #require(server.received.first)
        #expect(received.headers["x-request-id"] == "r7" && received.headers["traceparent"] == trace)
        #expect(received.headers["x-other"] == nil, "only what is known is passed on")
        let length = received.headers["inference-header-content-length"].flatMap { Int($0) }
        #expect((length != nil) == isBinary)
        let json = Array(received.body.prefix(length ?? received.body.count)).json
        #expect((json["id"] as? String)?.hasPrefix("r7-") == true, "an id of the call, and not the client's")
        let input = try #require((json["inputs"] as? [[String: Any]])?.first)
        #expect(input["name"] as? String == "x" && input["datatype"] as? String == "FP32")
        #expect(input["shape"] as? [Int] == [2, 3, 64, 64])
        #expect((json["parameters"] as? [String: Any])?["p"] as? [Int] == [1])
        let output = (json["outputs"] as? [[String: Any]])?.first
        #expect((output?["parameters"] as? [String: Any])?["classification"] as? Int == 3)
        if let length {
          #expect(received.body.count - length == 2 * 3 * 64 * 64 * 4)
        } else {
          #expect((input["data"] as? [Double])?.count == 2 * 3 * 64 * 64)
        }
      }
    }

    private static func answer(version: String) -> FakeModelServer.Behaviour {
      let output = #"{"name":"y","datatype":"FP32","shape":[1],"data":[1]}"#
      return .body(#"{"model_name":"theirs","model_version":"\#(version)","outputs":[\#(output)]}"#)
    }

    @Test("the version that the server has can be asked for, and no other; where it has several, none can")
    func versions() async throws {
      let server = FakeModelServer()
      server.set(versions: ["3"])
      server.set(Self.answer(version: "3"))
      try await server.serving { port in
        let gateway = try Self.gateway([port])
        try await gateway.wait(for: "model server in use")
        let client = WebClient(port: gateway.http)
        func status(_ version: String) async throws -> [Int] {
          let model = "/v2/models/signs/versions/\(version)"
          return [
            try await client.post("\(model)/infer", Self.body([Signs.clean])).status,
            try await client.get("\(model)/ready").status, try await client.get(model).status,
          ]
        }
        #expect(try await client.get("/v2/models/signs").body.json["versions"] as? [String] == ["3"])
        #expect(try await status("3") == [200, 200, 200])
        #expect(try await status("1") == [404, 404, 404])
        let plain = try await client.post(Self.path, Self.body([Signs.clean]))
        #expect(plain.body.json["model_version"] as? String == "3")
        // What it has loaded meanwhile answers those alone who named no version.
        server.set(Self.answer(version: "4"))
        #expect(try await client.post("/v2/models/signs/versions/3/infer", Self.body([Signs.clean])).status == 502)
        #expect(try await client.post(Self.path, Self.body([Signs.clean])).status == 200)
      }
      server.set(versions: ["3", "4"])
      try await server.serving { port in
        let gateway = try Self.gateway([port])
        try await gateway.wait(for: "model server in use")
        let client = WebClient(port: gateway.http)
        for version in ["1", "3", "4"] {
          let answer = try await client.post("/v2/models/signs/versions/\(version)/infer", Self.body([Signs.clean]))
          #expect(answer.status == 404 && answer.error.contains("without one"))
        }
        #expect(try await client.get("/v2/models/signs").body.json["versions"] == nil)
        #expect(try await client.post(Self.path, Self.body([Signs.clean])).status == 200)
      }
    }

    @Test("a flagged image never reaches the server")
    func flaggedImages() async throws {
      let server = FakeModelServer()
      try await server.serving { port in
        let gateway = try Self.gateway([port])
        try await gateway.wait(for: "model server in use")
        let client = WebClient(port: gateway.http)
        #expect(try await client.post(Self.path, Self.body([Signs.adversarial])).status == 403)
        #expect(try await client.post(Self.path, Self.body([Signs.clean, Signs.adversarial])).status == 403)
        #expect(try await client.post(Self.path, Self.body([[1, 2, 3]])).status == 422)
        #expect(server.received.isEmpty)
        #expect(try await client.post(Self.path, Self.body([Signs.clean])).status == 200)
      }
    }

    @Test("what goes wrong there is 502 or 504, what it says is wrong with the request 400; scores of nobody")
    func trouble() async throws {
      let server = FakeModelServer()
      try await server.serving { port in
        let gateway = try Self.gateway([port], ["--deadline", "1s"])
        try await gateway.wait(for: "model server in use")
        let client = WebClient(port: gateway.http)
        let cases: [(FakeModelServer.Behaviour, Int)] = [
          (.status(500, "broken"), 502), (.status(400, "no such output"), 400),
          (.status(413, "too long"), 400), (.status(422, "no such type"), 400), (.garbage, 502), (.silence, 504),
          (.answers, 200),
        ]
        for (behaviour, status) in cases {
          server.set(behaviour)
          let answer = try await client.post(Self.path, Self.body([Signs.clean]))
          #expect(answer.status == status, "\(behaviour): \(answer.error)")
        }
        #expect(server.received.count == cases.count, "nothing that was processed is tried again")
      }
    }

    @Test("a server that cannot be reached is passed over, and one that is not ready gets nothing")
    func severalServers() async throws {
      let (first, second) = (FakeModelServer(), FakeModelServer())
      try await first.serving { firstPort in
        try await second.serving { secondPort in
          let gateway = try Self.gateway([firstPort, 1, secondPort])
          try await gateway.wait(for: "model server in use", times: 2)
          let client = WebClient(port: gateway.http)
          for _ in 0..<10 { #expect(try await client.post(Self.path, Self.body([Signs.clean])).status == 200) }
          #expect(first.received.count == 5 && second.received.count == 5, "in turn, as none has more to do")
          first.set(isReady: false)
          try await gateway.wait(for: "model server not in use", times: 2)
          for _ in 0..<4 { #expect(try await client.post(Self.path, Self.body([Signs.clean])).status == 200) }
          #expect(first.received.count == 5 && second.received.count == 9)
          second.set(isReady: false)
          try await gateway.wait(for: "model server not in use", times: 3)
          for answer in [
            try await client.post(Self.path, Self.body([Signs.clean])), try await client.get("/v2/models/signs"),
          ] {
            #expect(answer.status == 503 && answer.headers["retry-after"] == "1", "\(answer.error)")
          }
          #expect(try await client.get("/v2/health/ready").status == 503)
          #expect(try await WebClient(port: gateway.operations).get("/readyz").status == 503)
          #expect(try await client.get("/v2/health/live").status == 200)
        }
      }
    }

    @Test(
      "a server that fails at once does not draw requests from one that answers, and is used where no other is left")
    func sickServer() async throws {
      let (well, sick) = (FakeModelServer(), FakeModelServer(.overload(503, retryAfter: "60")))
      try await well.serving { wellPort in
        try await sick.serving { sickPort in
          let gateway = try Self.gateway([sickPort, wellPort])
          try await gateway.wait(for: "model server in use", times: 2)
          let client = WebClient(port: gateway.http)
          var statuses: [Int] = []
          for _ in 0..<20 { statuses.append(try await client.post(Self.path, Self.body([Signs.clean])).status) }
          #expect(statuses.count { $0 == 200 } == 19 && statuses.count { $0 == 503 } == 1, "\(statuses)")
          #expect(sick.received.count == 1, "nothing is tried again")
          well.set(isReady: false)
          try await gateway.wait(for: "model server not in use")
          sick.set(.answers)
          #expect(try await client.post(Self.path, Self.body([Signs.clean])).status == 200)
        }
      }
    }

    @Test("a server that is asked as much as it may be asked is looked at all the same, and stays in use")
    func manyRequests() async throws {
      let server = FakeModelServer(.silence)
      try await server.serving { port in
        let gateway = try Self.gateway([port], ["--upstream-requests", "70", "--queue", "100", "--deadline", "60s"])
        try await gateway.wait(for: "model server in use")
        let client = WebClient(port: gateway.http)
        let requests = Task {
          try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<70 { group.addTask { try await client.post(Self.path, Self.body([Signs.clean])).status } }
            var counts: [Int: Int] = [:]
            for try await status in group { counts[status, default: 0] += 1 }
            return counts
          }
        }
        try await eventually("the server is asked 70 times") { server.received.count >= 70 }
        #expect(server.received.count == 70, "none waits for a connection")
        let looks = server.looks
        // Nor do questions about the server.
        try await eventually("three more looks") { server.looks >= looks + 3 }
        #expect(!gateway.logText.contains("model server not in use"), "\(gateway.logText)")
        server.set(.answers)
        #expect(try await requests.value == [200: 70])
      }
    }

    @Test("a server that is late to say that it is ready while it works stays in use, but not for ever")
    func busyServer() async throws {
      let server = FakeModelServer(.silence)
      try await server.serving { port in
        let gateway = try Self.gateway([port], ["--deadline", "60s"])
        try await gateway.wait(for: "model server in use")
        let client = WebClient(port: gateway.http)
        let request = Task { try await client.post(Self.path, Self.body([Signs.clean])).status }
        try await eventually("the server is asked") { !server.received.isEmpty }
        server.set(isMute: true)
        let looks = server.looks
        // By the second one, the first has been given up.
        try await eventually("two more looks") { server.looks >= looks + 2 }
        #expect(!gateway.logText.contains("model server not in use"), "\(gateway.logText)")
        server.set(isMute: false)
        server.set(.answers)
        #expect(try await request.value == 200)
        #expect(try await client.post(Self.path, Self.body([Signs.clean])).status == 200)
        server.set(isMute: true)
        try await gateway.wait(for: "model server not in use")
        #expect(gateway.log.contains { $0["cause"] as? String == "it did not answer in time" }, "\(gateway.logText)")
        server.set(isMute: false)
      }
    }

    @Test(
      "a model that takes another tensor gets none",
      arguments: [
        #"{"name":"x","datatype":"FP16","shape":[-1,3,64,64]}"#,
        #"{"name":"x","datatype":"FP32","shape":[-1,64,64,3]}"#,
        #"{"name":"x","datatype":"FP32","shape":[-1,3,64]}"#,
        #"{"name":"x","datatype":"FP32","shape":[8,3,64,64]}"#,
        #"{"name":"x","datatype":"FP32","shape":[-1,3,64,64]},{"name":"z","datatype":"FP32","shape":[1]}"#,
      ])
    func unfitModels(input: String) async throws {
      let server = FakeModelServer(input: input)
      try await server.serving { port in
        let gateway = try Self.gateway([port])
        try await gateway.wait(for: "model server not in use")
        #expect(try await WebClient(port: gateway.http).post(Self.path, Self.body([Signs.clean])).status == 503)
        #expect(server.received.isEmpty)
      }
    }

    @Test("a model that takes one image in a call is asked about each by itself, and the answers come as one")
    func singleImages() async throws {
      let server = FakeModelServer(
        .outputs(#"{"name":"y","datatype":"FP32","shape":[1,2],"data":[0.25,0.75]}"#),
        input: #"{"name":"x","datatype":"FP32","shape":[1,3,64,64]}"#)
      try await server.serving { port in
        let gateway = try Self.gateway([port])
        try await gateway.wait(for: "model server in use")
        let client = WebClient(port: gateway.http)
        let answer = try await client.post(Self.path, Self.body([Signs.clean, Signs.clean, Signs.clean]))
        let output = try #require((answer.body.json["outputs"] as? [[String: Any]])?.first, "\(answer.error)")
        #expect(output["shape"] as? [Int] == [3, 2])
        #expect(output["data"] as? [Double] == [0.25, 0.75, 0.25, 0.75, 0.25, 0.75])
        let shapes = server.received.map { ($0.body.json["inputs"] as? [[String: Any]])?.first?["shape"] as? [Int] }
        #expect(shapes == [[1, 3, 64, 64], [1, 3, 64, 64], [1, 3, 64, 64]])
        #expect(try await client.post(Self.path, Self.body([Signs.clean])).status == 200)
        server.set(.outputs(#"{"name":"y","datatype":"FP32","shape":[],"data":[0.25]}"#))
        #expect(try await client.post(Self.path, Self.body([Signs.clean, Signs.clean])).status == 502)
        try await gateway.waitForIdleness()
      }
    }

    @Test("a model whose number of images is written as 0 takes any number")
    func openNumber() async throws {
      let server = FakeModelServer(input: #"{"name":"x","datatype":"FP32","shape":[0,3,64,64]}"#)
      try await server.serving { port in
        let gateway = try Self.gateway([port])
        try await gateway.wait(for: "model server in use")
        let answer = try await WebClient(port: gateway.http).post(Self.path, Self.body([Signs.clean, Signs.clean]))
        #expect(answer.status == 200 && server.received.count == 1, "\(answer.error)")
      }
    }

    @Test("a model that comes to take another tensor is used no longer, and again when it takes the old one")
    func changedModel() async throws {
      let server = FakeModelServer()
      try await server.serving { port in
        let gateway = try Self.gateway([port])
        try await gateway.wait(for: "model server in use")
        server.set(input: #"{"name":"other","datatype":"FP32","shape":[-1,3,224,224]}"#)
        try await gateway.wait(for: "model server not in use")
        #expect(try await WebClient(port: gateway.operations).get("/readyz").status == 503)
        server.set(input: #"{"name":"x","datatype":"FP32","shape":[-1,3,64,64]}"#)
        try await gateway.wait(for: "model server in use", times: 2)
        #expect(try await WebClient(port: gateway.http).post(Self.path, Self.body([Signs.clean])).status == 200)
      }
    }

    @Test("a model that refuses what it said it takes is asked again what it takes")
    func refusingModel() async throws {
      let server = FakeModelServer(.status(400, "another shape"))
      try await server.serving { port in
        // Rounds far apart: without a doubt, the next look would come after the test.
        let gateway = try RunningGateway(["--upstream", "http://127.0.0.1:\(port)", "--health-interval", "4s"])
        try await gateway.wait(for: "model server in use")
        server.set(input: #"{"name":"other","datatype":"FP32","shape":[-1,3,224,224]}"#)
        #expect(try await WebClient(port: gateway.http).post(Self.path, Self.body([Signs.clean])).status == 400)
        try await gateway.wait(for: "model server not in use")
      }
    }

    @Test("a server that is ready is used on while it does not say what its model takes, until it says something else")
    func undescribedModel() async throws {
      let server = FakeModelServer()
      try await server.serving { port in
        let gateway = try Self.gateway([port])
        try await gateway.wait(for: "model server in use")
        server.set(isDescribed: false)
        // The second look comes after what the first one led to.
        try await eventually("two looks") { server.undescribed >= 2 }
        #expect(try await WebClient(port: gateway.http).post(Self.path, Self.body([Signs.clean])).status == 200)
        #expect(!gateway.logText.contains("model server not in use"))
        server.set(input: #"{"name":"other","datatype":"FP32","shape":[-1,3,224,224]}"#)
        server.set(isDescribed: true)
        try await gateway.wait(for: "model server not in use")
      }
    }

    @Test("no server at all: the gateway lives, is not ready, and says why")
    func unreachable() async throws {
      let gateway = try Self.gateway([1])
      let client = WebClient(port: gateway.http)
      try await gateway.wait(for: "model server not in use")
      let answer = try await client.post(Self.path, Self.body([Signs.clean]))
      #expect(answer.status == 503 && answer.code == "upstream-failed" && answer.headers["retry-after"] == "1")
      let line = gateway.log.first { $0["message"] as? String == "request" }
      #expect(line?["status"] as? String == "503" && line?["cause"] as? String == "no model server is ready")
      #expect(try await client.post("/v1/filter", Signs.clean).status == 200, "what needs no server is served")
    }
  }
}
