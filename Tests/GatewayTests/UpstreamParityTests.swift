import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// `sluice parity --upstream`: with a gateway as the model server, and with one that answers whatever it is told to.
  @Suite struct UpstreamParityTests {
    private static func filter(
      normalize: String = "{mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}", channels: String = "rgb"
    ) -> String {
      """
      version: 1
      name: signs
      preprocess: [{resize: {shorterSide: 64, filter: bilinear}}, {centerCrop: 64}]
      normalize: \(normalize)
      tensor: {layout: nchw, type: float32, channels: \(channels)}
      classifier:
        openvino:
          {model: "\(Repository.file("Samples/signs/model.onnx"))", input: input, output: logits,
           labels: "\(Repository.file("Samples/signs/labels.txt"))"}
      """
    }

    private static let images = ["000_stop", "081_roundabout"].map {
      Repository.file("Samples/signs/clean/test/\($0).png")
    }.filter { FileManager.default.fileExists(atPath: $0) }

    /// The command in a process of its own, without holding up the server in this one.
    private static func parity(
      _ address: String, _ arguments: [String] = [], filter: String = filter(), images: [String] = images
    ) async throws -> SluiceCommand.Result {
      let folder = try TemporaryFolder()
      let path = try folder.file("filter.yaml", filter)
      return try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
          continuation.resume(
            with: Result {
              try SluiceCommand.run(["parity", "-f", path, "--upstream", address] + arguments + images)
            })
          withExtendedLifetime(folder) {}
        }
      }
    }

    @Test("a server with the same filter agrees, over REST and gRPC")
    func equal() async throws {
      let gateway = try RunningGateway(filter: Self.filter())
      for address in ["http://127.0.0.1:\(gateway.http)", "grpc://127.0.0.1:\(gateway.grpc)"] {
        let result = try await Self.parity(address)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.outputText.contains("takes image files"))
        #expect(result.outputText.contains("classes agree      in \(Self.images.count) of \(Self.images.count)"))
      }
    }

    @Test(
      "where the filter here is wrong, what makes it agree with the server is named",
      arguments: [
        (filter(normalize: "{mean: [0, 0, 0], std: [1, 1, 1]}"), "normalise", "mean: [0.5, 0.5, 0.5]"),
        (filter(channels: "bgr"), "channel order", "channels: rgb"),
      ])
    func wrongFilter(filter: String, stage: String, setting: String) async throws {
      let gateway = try RunningGateway(filter: Self.filter())
      let result = try await Self.parity(
        "http://127.0.0.1:\(gateway.http)", ["--tolerance", "0.001"], filter: filter)
      #expect(result.status == 1, "\(result.errors)")
      #expect(result.outputText.contains("the server prepares images another way"), "\(result.outputText)")
      #expect(result.outputText.contains("  \(stage)\n") && result.outputText.contains(setting))
    }

    /// Twelve numbers, of which one is much larger.
    private static func scores(_ shape: String = "[1,12]") -> String {
      let numbers = (0..<12).map { $0 == 5 ? "9.5" : "0.25" }.joined(separator: ",")
      return #"{"name":"y","datatype":"FP32","shape":\#(shape),"data":[\#(numbers)]}"#
    }

    @Test("a served model that says the same of everything is another one")
    func otherModel() async throws {
      let server = FakeModelServer(.outputs(Self.scores()))
      try await server.serving { port in
        let result = try await Self.parity("http://127.0.0.1:\(port)", ["--json"])
        #expect(result.status == 1, "\(result.errors)")
        let report = result.output.json
        #expect(report["equal"] as? Bool == false && report["sent"] as? String == "tensor")
        #expect(report["serverGives"] as? String == "logits")
        #expect((report["explanation"] as? [String: Any])?["equal"] as? Bool == false)
        let body = try #require(server.received.first?.body.json)
        let input = try #require((body["inputs"] as? [[String: Any]])?.first)
        #expect(input["shape"] as? [Int] == [1, 3, 64, 64] && input["name"] as? String == "x")
      }
    }

    @Test(
      "what of the served model's input does not fit is named",
      arguments: [
        (
          #"{"name":"x","datatype":"FP32","shape":[-1,64,64,3]}"#, "shape: the server takes [any, 64, 64, 3]",
          [1, 64, 64, 3]
        ),
        (#"{"name":"x","datatype":"FP16","shape":[-1,3,64,64]}"#, "type: the server takes FP16", nil),
        (#"{"name":"x","datatype":"FP32","shape":[-1,3,32,32]}"#, "nothing was sent", nil),
        (#"{"name":"x","datatype":"INT64","shape":[-1,3,64,64]}"#, "nothing was sent", nil),
        (#"{"name":"x\#("é")","datatype":"FP32","shape":[1,2,3,4,5,6,7,8,9,10]}"#, "…]", nil),
      ] as [(String, String, [Int]?)])
    func misfits(input: String, said: String, sent: [Int]?) async throws {
      let server = FakeModelServer(.outputs(Self.scores()), extensions: ["binary_tensor_data"], input: input)
      try await server.serving { port in
        let result = try await Self.parity("http://127.0.0.1:\(port)")
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.outputText.contains("does not take the filter's tensor"))
        #expect(result.outputText.contains(said), "\(result.outputText)")
        #expect(said != "nothing was sent" || server.received.isEmpty)
        guard let sent else { return }
        let received = try #require(server.received.first)
        let head = Array(
          received.body.prefix(received.headers["inference-header-content-length"].flatMap { Int($0) } ?? 0))
        #expect((head.json["inputs"] as? [[String: Any]])?.first?["shape"] as? [Int] == sent)
      }
    }

    @Test(
      "answers that are none end the run and say so",
      arguments: [
        (.garbage, "does not add up"),
        (.status(500, "secret of the server"), "secret of the server"),
        (
          .status(400, "no such input"),
          "does not accept the request: POST /v2/models/signs/infer gave status 400: no such input"
        ),
        (.overload(429, retryAfter: "5"), "is busy"),
        (.overload(503, retryAfter: nil), "is not available"),
        (.silence, "did not answer within 1 s"),
        (.outputs(""), "it has no outputs"),
        (.outputs(#"{"name":"y","datatype":"FP32","shape":[1,3],"data":[1,2,3]}"#), "`y` FP32 [1, 3]"),
        (.outputs(#"{"name":"y","datatype":"BYTES","shape":[1,1],"data":["stop"]}"#), "`y` BYTES [1, 1]"),
        (.outputs(#"{"name":"y","datatype":"FP32","shape":[-1,12],"data":[1]}"#), "does not add up"),
        (.outputs(#"{"name":"y","datatype":"FP32","shape":[1000000000000,12],"data":[1]}"#), "does not add up"),
        (.outputs(scores().replacing("9.5", with: "null")), "not finite"),
        (.outputs(scores() + "," + scores().replacing("\"y\"", with: "\"z\"")), "several outputs"),
      ] as [(FakeModelServer.Behaviour, String)])
    func hostile(behaviour: FakeModelServer.Behaviour, said: String) async throws {
      let server = FakeModelServer(behaviour)
      try await server.serving { port in
        let result = try await Self.parity("http://127.0.0.1:\(port)", ["--timeout", "1"])
        #expect(result.status == 2)
        #expect(result.errors.contains(said), "\(result.errors)")
        #expect(result.output.isEmpty)
      }
    }

    @Test("of several outputs the named one counts; an output that is not there is named with those that are")
    func namedOutput() async throws {
      let server = FakeModelServer(.outputs(Self.scores() + "," + Self.scores().replacing("\"y\"", with: "\"z\"")))
      try await server.serving { port in
        #expect(try await Self.parity("http://127.0.0.1:\(port)", ["--upstream-output", "z"]).status == 1)
        let result = try await Self.parity("http://127.0.0.1:\(port)", ["--upstream-output", "probs"])
        #expect(result.status == 2 && result.errors.contains("no output `probs`") && result.errors.contains("`z`"))
        let input = try await Self.parity("http://127.0.0.1:\(port)", ["--upstream-input", "pixels"])
        #expect(input.status == 2 && input.errors.contains("no input `pixels`") && input.errors.contains("`x`"))
        let model = try await Self.parity("http://127.0.0.1:\(port)", ["--upstream-model", "other"])
        #expect(model.status == 2 && model.errors.contains("--upstream-model"))
      }
    }

    @Test("nobody there, another kind of server, and addresses that are none")
    func unreachable() async throws {
      let refused = try await Self.parity("http://127.0.0.1:\(LoopbackSocket.freePort())")
      #expect(
        refused.status == 2 && refused.errors.contains("cannot be reached: Connection refused;"), "\(refused.errors)")
      let rpc = try await Self.parity("grpc://127.0.0.1:\(LoopbackSocket.freePort())", ["--timeout", "2"])
      #expect(rpc.status == 2, "\(rpc.errors)")
      for address in ["127.0.0.1:8000", "http://user:password@127.0.0.1:1", "http://127.0.0.1:1/v2"] {
        let result = try await Self.parity(address)
        #expect(result.status == 2 && result.errors.contains("the upstream address"), "\(result.errors)")
      }
      let name = try await Self.parity("http://127.0.0.1:1", ["--upstream-model", "../x"])
      #expect(name.status == 2 && name.errors.contains("letters, digits"), "\(name.errors)")
    }

    /// An input as TensorFlow Serving describes it.
    private static func described(_ type: String, _ shape: [Int]) -> String {
      let axes = shape.map { #"{"size":"\#($0)","name":""}"# }.joined(separator: ",")
      return #"{"dtype":"\#(type)","tensor_shape":{"dim":[\#(axes)],"unknown_rank":false},"name":"x:0"}"#
    }

    private static let row = "[[\((0..<12).map { $0 == 5 ? "9.5" : "0.25" }.joined(separator: ","))]]"

    @Test(
      "TensorFlow Serving is sent tensors and files, and answers with one output or with several",
      arguments: [
        (described("DT_FLOAT", [-1, 3, 64, 64]), "{\"outputs\":\(row)}", "takes the filter's tensor"),
        (
          described("DT_FLOAT", [-1, 64, 64, 3]), "{\"outputs\":{\"scores\":\(row),\"names\":[[\"stop\"]]}}",
          "shape: the server takes [any, 64, 64, 3]"
        ),
        (described("DT_STRING", [-1]), "{\"outputs\":\(row)}", "takes image files"),
      ])
    func tensorFlowServing(input: String, answer: String, said: String) async throws {
      let server = FakeModelServer(.body(answer), input: input)
      try await server.serving { port in
        let result = try await Self.parity(
          "http://127.0.0.1:\(port)", ["--upstream-protocol", "tensorflow-serving"])
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.outputText.contains(said) && result.outputText.contains("the server gives logits"))
        let inputs = try #require(server.received.first?.body.json["inputs"] as? [String: Any])
        if said.contains("files") {
          let file = (inputs["x"] as? [[String: String]])?.first?["b64"].flatMap { Data(base64Encoded: $0) }
          #expect(try file.map { Array($0) } == Repository.bytes(Self.images[0]))
        } else {
          let picture = (inputs["x"] as? [[[[Double]]]])?.first
          #expect(picture.map { [$0.count, $0[0].count] } == (said.contains("shape") ? [64, 64] : [3, 64]))
        }
      }
    }

    @Test(
      "what TensorFlow Serving does not answer ends the run",
      arguments: [
        (.body("{}"), "no outputs"), (.body("{\"outputs\":"), "does not add up"),
        (.body("{\"outputs\":[[1,2],[3]]}"), "does not add up"), (.body("{\"outputs\":[[1,2]]}"), "FP32 [1, 2]"),
        (.body("{\"outputs\":\"stop\"}"), "BYTES"), (.body("{\"outputs\":[]}"), "FP32 [0]"),
        (.status(404, "Servable not found"), "Servable not found"),
      ] as [(FakeModelServer.Behaviour, String)])
    func hostileTensorFlowServing(behaviour: FakeModelServer.Behaviour, said: String) async throws {
      let server = FakeModelServer(behaviour, input: Self.described("DT_FLOAT", [-1, 3, 64, 64]))
      try await server.serving { port in
        let arguments = ["--upstream-protocol", "tensorflow-serving"]
        let result = try await Self.parity("http://127.0.0.1:\(port)", arguments)
        #expect(result.status == 2 && result.errors.contains(said), "\(result.errors)")
        let rpc = try await Self.parity("grpc://127.0.0.1:\(port)", arguments)
        #expect(rpc.status == 2 && rpc.errors.contains("REST port"), "\(rpc.errors)")
      }
    }

    @Test("what is to be compared is named once, and without a classifier there is nothing to compare")
    func usage() async throws {
      let address = "http://127.0.0.1:1"
      let both = try await Self.parity(address, ["--tensors", "/tmp"])
      #expect(both.status == 2 && both.errors.contains("either --tensors or --upstream"))
      #expect(try await Self.parity(address, images: []).errors.contains("name the images"))
      let range = try await Self.parity(address, ["--tolerance", "2"])
      #expect(range.status == 2 && range.errors.contains("from 0 to 1"))
      let plain =
        "version: 1\nname: p\npreprocess: [{resize: {width: 8, height: 8}}]\ntensor: {layout: nchw, type: float32}\n"
      let without = try await Self.parity(address, filter: plain)
      #expect(without.status == 2 && without.errors.contains("names no classifier"), "\(without.errors)")
    }
  }
}
