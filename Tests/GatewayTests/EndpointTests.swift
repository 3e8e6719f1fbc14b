import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// Every endpoint of the REST side, against a real gateway with the sample classifier.
  @Suite struct EndpointTests {
    private let gateway: RunningGateway
    private let client: WebClient

    init() throws {
      gateway = try RunningGateway()
      client = WebClient(port: gateway.http)
    }

    private func infer(_ images: [[UInt8]], _ more: String = "") -> [UInt8] {
      let data = images.map { "\"\($0.base64)\"" }.joined(separator: ",")
      let input = #"{"name":"image","datatype":"BYTES","shape":[\#(images.count)],"data":[\#(data)]}"#
      return Array(#"{"inputs":[\#(input)]\#(more)}"#.utf8)
    }

    @Test("health and metadata, as the protocol has them")
    func metadata() async throws {
      #expect(try await client.get("/v2/health/live").body.json["live"] as? Bool == true)
      #expect(try await client.get("/v2/health/ready").status == 200)
      #expect(try await client.get("/v2/models/signs/ready").body.json["ready"] as? Bool == true)
      let server = try await client.get("/v2").body.json
      #expect(server["name"] as? String == "sluice")
      #expect(server["extensions"] as? [String] == ["binary_tensor_data", "classification"])
      let model = try await client.get("/v2/models/signs").body.json
      #expect((model["inputs"] as? [[String: Any]])?.first?["datatype"] as? String == "BYTES")
      #expect((model["outputs"] as? [[String: Any]])?.map { $0["name"] as? String } == ["probabilities", "label"])
      #expect(model["versions"] as? [String] == ["1"])
      #expect(try await client.get("/v2/models/signs/versions/1").status == 200)
      for path in ["/v2/models/other", "/v2/models/signs/versions/7/ready", "/v3", "/v2/models/signs/x/y"] {
        #expect(try await client.get(path).status == 404, "\(path)")
      }
    }

    @Test("a path that takes another method says which", arguments: ["GET", "PUT", "DELETE", "OPTIONS"])
    func otherMethods(method: String) async throws {
      let judging = try await client.send(method, "/v1/filter", [:], nil)
      #expect(judging.status == 405 && judging.headers["allow"] == "POST")
      guard method != "GET" else { return }
      let telling = try await client.send(method, "/v2", [:], nil)
      #expect(telling.status == 405 && telling.headers["allow"] == "GET, HEAD")
    }

    @Test("a compressed body is not supported, and what is is said", arguments: ["gzip", "GZIP", "identity, br"])
    func compressedBodies(encoding: String) async throws {
      let answer = try await client.post("/v1/filter", Signs.clean, ["Content-Encoding": encoding])
      #expect(answer.status == 415 && answer.headers["accept-encoding"] == "identity")
      for plain in ["identity", "Identity", "", " ", "identity, identity"] {
        #expect(try await client.post("/v1/filter", Signs.clean, ["Content-Encoding": plain]).status == 200, "\(plain)")
      }
    }

    @Test(
      "a body comes whole or in chunks, and in no other transfer coding",
      arguments: [
        ("chunked", "200"), ("Chunked", "200"), (" CHUNKED ", "200"), ("deflate, chunked", "415"),
        ("gzip,chunked", "415"), ("identity, chunked", "415"), ("deflate\r\nTransfer-Encoding: chunked", "415"),
      ])
    func transferCodings(coding: String, status: String) throws {
      let gateway = try SharedGateway.plain()
      let text = "4\r\ntext\r\n0\r\n\r\n"
      let head = "Host: x\r\nConnection: close\r\nContent-Type: text/plain\r\nTransfer-Encoding: \(coding)\r\n\r\n"
      let connection = try RawConnection(port: gateway.http)
      connection.send("POST /v1/check/a HTTP/1.1\r\n\(head)\(text)")
      let answer = connection.receiveAll()
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
    }

    @Test(
      "the form of an answer is the one that is preferred, and never one that is refused",
      arguments: [
        ("application/json;q=0, image/png", "image/png"), ("image/png;q=0, */*", "application/json"),
        ("application/x-npy;q=0.4, image/png;q=0.6", "image/png"),
        ("*/*;q=0.1, application/x-npy", "application/x-npy"),
        ("application/*;q=0.5, application/json;q=0.1", "application/x-npy"), ("", "application/json"),
        ("image/png;q=0.5, application/x-npy;q=0.5", "image/png"), ("IMAGE/PNG ; Q=0.001", "image/png"),
        ("image/png;q=0", nil), ("*/*;q=0", nil), ("*/*;q=0.000, text/html", nil), ("image/png;q=2", nil),
        ("application/json;q=0, */*", "application/x-npy"),
      ] as [(String, String?)])
    func preferences(accept: String, type: String?) async throws {
      let answer = try await client.post("/v1/filter", Signs.clean, ["Accept": accept])
      #expect(answer.status == (type == nil ? 406 : 200))
      if let type { #expect(answer.headers["content-type"] == type) }
    }

    @Test("the likeliest classes come as Triton writes them, where they are asked for")
    func classification() async throws {
      func answer(_ output: String, _ classes: String) async throws -> WebClient.Answer {
        let asked = #","outputs":[{"name":"\#(output)","parameters":{"classification":\#(classes)}}]"#
        return try await client.post("/v2/models/signs/infer", infer([Signs.clean, Signs.clean], asked))
      }
      let three = try await answer("probabilities", "3")
      let output = try #require((three.body.json["outputs"] as? [[String: Any]])?.first, "\(three.error)")
      #expect(output["datatype"] as? String == "BYTES" && output["shape"] as? [Int] == [2, 3])
      let data = try #require(output["data"] as? [String])
      let words = data.map { word in word.split(separator: ":").map { String($0) } }
      #expect(words.count == 6 && words.allSatisfy { $0.count == 3 && $0[0].count == "0.123456".count })
      #expect(words[0][1...] == ["9", "roundabout"] && words[0] == words[3])
      let scores = words.prefix(3).compactMap { Double($0[0]) }
      #expect(scores.count == 3 && scores == scores.sorted(by: >) && scores[0] > 0.9)
      let all = try await answer("probabilities", "1000").body.json["outputs"] as? [[String: Any]]
      #expect(all?.first?["shape"] as? [Int] == [2, 12])
      for (name, classes) in [("probabilities", "-1"), ("probabilities", "\"3\""), ("label", "3")] {
        #expect(try await answer(name, classes).status == 400, "\(name) \(classes)")
      }
    }

    @Test("an inference in JSON keeps the id, and gives the outputs that were asked for")
    func inferenceInJSON() async throws {
      let body = infer([Signs.clean, Signs.clean], #","id":"a 7","outputs":[{"name":"label"}]"#)
      let answer = try await client.post("/v2/models/signs/infer", body)
      #expect(answer.status == 200, "\(answer.error)")
      #expect(answer.headers["sluice-verdict"] == "clean")
      #expect(answer.body.json["id"] as? String == "a 7")
      #expect(answer.body.json["model_name"] as? String == "signs")
      let outputs = try #require(answer.body.json["outputs"] as? [[String: Any]])
      #expect(outputs.count == 1 && outputs[0]["data"] as? [String] == ["roundabout", "roundabout"])
      #expect(
        try await client.post("/v2/models/signs/infer", infer([Signs.clean], #","outputs":[{"name":"x"}]"#)).status
          == 400
      )
    }

    @Test("an inference in the binary extension, both ways")
    func binaryInference() async throws {
      let image = Signs.clean
      var data = (0..<4).map { UInt8(truncatingIfNeeded: image.count >> (8 * $0)) }
      data += image
      let json = #"""
        {"parameters":{"binary_data_output":true},"outputs":[{"name":"probabilities"},{"name":"label","parameters":\#
        {"binary_data":false}}],"inputs":[{"name":"i","datatype":"BYTES","shape":[1,1],"parameters":{"binary_data_size":\#(data.count)}}]}
        """#
      let answer = try await client.post(
        "/v2/models/signs/infer", Array(json.utf8) + data,
        ["Inference-Header-Content-Length": "\(json.utf8.count)", "Content-Type": "application/octet-stream"])
      #expect(answer.status == 200, "\(answer.error)")
      let length = try #require(answer.headers["inference-header-content-length"].flatMap { Int($0) })
      let head = Array(answer.body.prefix(length)).json
      let outputs = try #require(head["outputs"] as? [[String: Any]])
      #expect((outputs[0]["parameters"] as? [String: Any])?["binary_data_size"] as? Int == 48)
      #expect(outputs[1]["data"] as? [String] == ["roundabout"])
      let raw = answer.body.dropFirst(length)
      let probabilities = stride(from: raw.startIndex, to: raw.endIndex, by: 4).map { start in
        Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(raw[start + $1]) << UInt32(8 * $1) })
      }
      #expect(probabilities.count == 12 && abs(probabilities.reduce(0, +) - 1) < 1e-4 && probabilities[9] > 0.9)
    }

    @Test("pixels as UINT8, one image or a batch")
    func pixels() async throws {
      let pixels = [UInt8](repeating: 128, count: 64 * 64 * 3)
      let data = pixels.map(String.init).joined(separator: ",")
      for (shape, count) in [("[64,64,3]", 1), ("[1,64,64,3]", 1), ("[2,32,64,3]", 2), ("[4096,3,1]", 1)] {
        let json = #"{"inputs":[{"name":"i","datatype":"UINT8","shape":\#(shape),"data":[\#(data)]}]}"#
        let answer = try await client.post("/v2/models/signs/infer", Array(json.utf8))
        #expect([200, 403].contains(answer.status), "\(shape) \(answer.error)")
        if answer.status == 200 {
          let outputs = answer.body.json["outputs"] as? [[String: Any]]
          #expect((outputs?[0]["shape"] as? [Int])?.first == count)
        }
      }
    }

    @Test("a flagged image is refused, and what led to it stays secret")
    func flagged() async throws {
      let alone = try await client.post("/v2/models/signs/infer", infer([Signs.adversarial]))
      #expect(alone.status == 403 && alone.code == "adversarial-image")
      let second = try await client.post("/v2/models/signs/infer", infer([Signs.clean, Signs.adversarial]))
      #expect(second.status == 403 && second.error.contains("image 2 of 2"))
      let filtered = try await client.post("/v1/filter", Signs.adversarial)
      #expect(filtered.status == 403)
      let verdict = try #require(filtered.body.json["verdict"] as? [String: Any])
      #expect(Set(verdict.keys).isSubset(of: ["id", "sha256", "verdict", "action", "image", "error"]))
      for secret in ["score", "threshold", "pValue", "detectors"] {
        #expect(!String(decoding: filtered.body, as: UTF8.self).contains(secret))
      }
    }

    @Test("an image by plain HTTP: verdict, tensor, picture, form")
    func plainHTTP() async throws {
      let verdict = try await client.post("/v1/filter", Signs.clean)
      #expect(verdict.status == 200 && verdict.body.json["verdict"] as? String == "clean")
      let tensor = try await client.post("/v1/filter", Signs.clean, ["Accept": "application/x-npy"])
      #expect(tensor.headers["content-type"] == "application/x-npy")
      let folder = try TemporaryFolder()
      let filtered = try SluiceCommand.run(
        ["filter", "-f", Repository.file("Filters/signs.yaml"), "--verdicts", "\(folder.path)/v", "-"],
        input: Signs.clean
      )
      #expect(tensor.body == filtered.output, "the same tensor as the command's")
      let picture = try await client.post("/v1/filter", Signs.clean, ["Accept": "text/html, image/*;q=0.5"])
      #expect(picture.headers["content-type"] == "image/png" && picture.body.starts(with: [0x89, 0x50, 0x4E, 0x47]))
      #expect(try await client.post("/v1/filter", Signs.clean, ["Accept": "text/html"]).status == 406)
      let form =
        Array("--b\r\nContent-Disposition: form-data; name=\"i\"; filename=\"a.png\"\r\n\r\n".utf8) + Signs.clean
        + Array("\r\n--b--\r\n".utf8)
      let sent = try await client.post("/v1/filter", form, ["Content-Type": "multipart/form-data; boundary=b"])
      #expect(sent.body.json["sha256"] as? String == verdict.body.json["sha256"] as? String)
    }

    @Test("TensorFlow Serving's form")
    func servingPrediction() async throws {
      let body =
        #"{"signature_name":"serving_default","instances":[{"b64":"\#(Signs.clean.base64)"},{"image":{"b64":"\#(Signs.clean.base64)"}}]}"#
      let answer = try await client.post("/v1/models/signs:predict", Array(body.utf8))
      #expect(answer.status == 200, "\(answer.error)")
      let predictions = try #require(answer.body.json["predictions"] as? [[String: Any]])
      #expect(predictions.map { $0["label"] as? String } == ["roundabout", "roundabout"])
      #expect((predictions[0]["probabilities"] as? [Double])?.count == 12)
      func named(_ signature: String) -> [UInt8] {
        Array(#"{"signature_name":\#(signature),"instances":[{"b64":"\#(Signs.clean.base64)"}]}"#.utf8)
      }
      for signature in [#""other""#, #""Serving_default""#, "\" \"", "7", "null", #"["serving_default"]"#] {
        let refused = try await client.post("/v1/models/signs:predict", named(signature))
        #expect(refused.status == 400 && refused.error.contains("serving_default"), "\(signature): \(refused.error)")
      }
      #expect(try await client.post("/v1/models/signs:predict", named("\"\"")).status == 200)
      // What a server elsewhere is asked for is that server's to decide.
      #expect(try await client.post("/v1/check/v1/models/m:predict", named(#""other""#)).status == 200)
    }

    @Test("a check in front of others: bodies of any form, never a part of one")
    func check() async throws {
      #expect(try await client.post("/v1/check/upload", Signs.clean).status == 200)
      #expect(try await client.post("/v1/check/upload", Signs.adversarial).status == 403)
      #expect(try await client.post("/v1/check/v2/models/m/infer", infer([Signs.clean])).status == 200)
      #expect(try await client.post("/v1/check/v2/models/m/infer?x=1", infer([Signs.adversarial])).status == 403)
      let rows = #"{"instances":[{"b64":"\#(Signs.adversarial.base64)"}]}"#
      #expect(try await client.post("/v1/check/v1/models/m:predict", Array(rows.utf8)).status == 403)
      #expect(
        try await client.post("/v1/check/upload", Signs.clean, ["X-Envoy-Auth-Partial-Body": "true"]).status == 413)
      #expect(try await client.send("PUT", "/v1/check/upload", [:], Signs.adversarial).status == 403)
      #expect(try await client.post("/v1/check/upload", Array("no image".utf8)).status == 422)
    }

    @Test("a check of a form judges every part that may be an image, and refuses forms that are not clear")
    func checkOfForms() async throws {
      func answer(_ parts: String..., type: String = "multipart/form-data; boundary=b") async throws -> WebClient.Answer
      {
        var form: [UInt8] = []
        for head in parts {
          form += Array("--b\r\nContent-Disposition: form-data; name=\"i\"\(head)\r\n\r\n".utf8)
          form += (form.count < 100 ? Signs.clean : Signs.adversarial) + Array("\r\n".utf8)
        }
        return try await client.post("/v1/check/upload", form + Array("--b--\r\n".utf8), ["Content-Type": type])
      }
      #expect(try await answer("; filename=\"a.png\"").status == 200)
      #expect(try await answer("; filename=\"a.png\"", "").status == 403)
      #expect(try await answer("", "; filename=\"b.png\"").status == 403)
      let ambiguous = try await answer("; filename=\"a.png\"", "; filename*=utf-8''b.png")
      #expect(ambiguous.status == 400 && ambiguous.code == "ambiguous-body", "\(ambiguous.error)")
      #expect(try await answer("", type: "multipart/mixed; boundary=b").code == "ambiguous-body")
      let fields = Array("--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\ntext\r\n--b--\r\n".utf8)
      let type = "multipart/form-data; boundary=b"
      #expect(try await client.post("/v1/check/upload", fields, ["Content-Type": type]).status == 200)
      #expect(try await client.post("/v1/filter", fields, ["Content-Type": type]).status == 400)
      #expect(try await client.post("/v1/check/v2/models/m/infer", fields, ["Content-Type": type]).status == 200)
    }

    @Test("a check of JSON, of encoded fields, and of one image behind another")
    func checkOfOtherBodies() async throws {
      let json = { (image: [UInt8]) in Array(#"{"a":[{"image":"data:image/png;base64,\#(image.base64)"}]}"#.utf8) }
      let type: KeyValuePairs = ["Content-Type": "application/json"]
      #expect(try await client.post("/v1/check/x", json(Signs.clean), type).status == 200)
      #expect(try await client.post("/v1/check/x", json(Signs.adversarial), type).status == 403)
      #expect(try await client.post("/v1/check/x", Array(#"{"a":"text"}"#.utf8), type).status == 200)
      #expect(try await client.post("/v1/check/x", Array(#"{"a":1,"a":2}"#.utf8), type).code == "ambiguous-body")
      let beside = infer([Signs.clean], #","image":"\#(Signs.adversarial.base64)""#)
      #expect(try await client.post("/v1/check/v2/models/m/infer", beside, type).status == 403)
      let fields = Array("image=\(Signs.adversarial.base64.replacing("+", with: "%2B"))".utf8)
      let encoded: KeyValuePairs = ["Content-Type": "application/x-www-form-urlencoded"]
      #expect(try await client.post("/v1/check/x", fields, encoded).status == 403)
      #expect(try await client.post("/v1/check/x", Signs.clean, encoded).status == 200)
      #expect(try await client.post("/v1/check/x", Signs.clean + Signs.adversarial).status == 403)
    }

    @Test("a check without a body is refused, unless the operator says that bodies reach it")
    func checkWithoutBody() async throws {
      let refused = try await client.get("/v1/check/anything")
      #expect(refused.status == 422 && refused.code == "not-an-image")
      #expect(refused.error.contains("--allow-empty-checks") && refused.error.contains("auth_request"))
      #expect(try await client.post("/v1/check/anything", []).status == 422)
      let lenient = try RunningGateway(["--allow-empty-checks"])
      let asking = WebClient(port: lenient.http)
      #expect(try await asking.get("/v1/check/anything").status == 200)
      #expect(try await asking.send("DELETE", "/v1/check/anything", [:], nil).status == 200)
      #expect(try await asking.post("/v1/check/anything", []).status == 422)
      #expect(try await asking.get("/v1/check/anything", ["X-Forwarded-Method": "GET"]).status == 200)
      #expect(try await asking.get("/v1/check/anything", ["X-Forwarded-Method": "POST"]).status == 422)
      #expect(try await asking.get("/v1/check/anything", ["X-Original-Method": "PUT"]).status == 422)
      #expect(try await asking.get("/v1/check/anything", ["Content-Type": "image/png"]).status == 422)
      for field in ["Upgrade", "Sec-WebSocket-Key", "sec-websocket-version", "Sec-WebSocket-Extensions"] {
        let answer = try await asking.send("GET", "/v1/check/anything", [field: "websocket"], nil)
        #expect(answer.status == 422 && answer.error.contains("another protocol"), "\(field)")
      }
    }

    @Test("a check of an image in an address, that of the check and those that proxies name, with a body or without")
    func checkOfQueries() async throws {
      let lenient = try RunningGateway(["--allow-empty-checks"])
      let asking = WebClient(port: lenient.http)
      func query(_ image: [UInt8]) -> String { "?a=b&image=" + image.map { "%" + hexadecimal($0) }.joined() }
      func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
      // Small enough for an address.
      let image = try EncodedImages.png()
      #expect(image.count < 3000)
      let path = "/v1/check/anything"
      let plain = try await asking.get(path + "?a=a+query+without+any+image&next=%2Fhome")
      #expect(plain.status == 200 && plain.headers["sluice-verdict"] == nil)
      let judged = try await asking.get(path + query(image))
      #expect(judged.status != 200 || judged.headers["sluice-verdict"] != nil)
      for field in ["X-Forwarded-Uri", "X-Original-URI", "X-Original-URL"] {
        let named = try await asking.send("GET", path, [field: "/anything" + query(image)], nil)
        #expect(named.status == judged.status, "\(field)")
        #expect(named.headers["sluice-verdict"] == judged.headers["sluice-verdict"], "\(field)")
      }
      let broken = Array(image.prefix(image.count / 2))
      #expect(try await asking.get(path + query(broken)).status == 422, "it is judged, and no image that can be")
      #expect(try await client.post(path + query(broken), Signs.clean).status == 422)
      #expect(try await client.post(path, Signs.clean).status == 200)
    }

    @Test("request ids are kept when they are well-formed, and replaced when not")
    func requestIDs() async throws {
      #expect(try await client.get("/v2", ["X-Request-Id": "a.b-C_9"]).headers["x-request-id"] == "a.b-C_9")
      for wrong in ["a b", "ä", String(repeating: "a", count: 129), "x\"y", "<script>"] {
        let id = try await client.get("/v2", ["X-Request-Id": wrong]).headers["x-request-id"]
        #expect(id != wrong && id?.count == 36)
      }
      let refused = try await client.post("/v1/filter", Signs.adversarial, ["X-Request-Id": "r1"])
      #expect(refused.body.json["requestId"] as? String == "r1")
      #expect(gateway.log.contains { $0["request"] as? String == "r1" && $0["sha256"] != nil })
    }

    @Test("metrics count what happened; health is beside them")
    func operations() async throws {
      _ = try await client.post("/v1/filter", Signs.clean)
      _ = try await client.post("/v1/filter", Signs.adversarial)
      _ = try await client.post("/v1/filter", [1, 2, 3])
      let operations = WebClient(port: gateway.operations)
      #expect(try await operations.get("/livez").status == 200)
      #expect(try await operations.get("/readyz").status == 200)
      #expect(try await operations.get("/").status == 404)
      let text = try await gateway.metrics()
      for line in [
        #"sluice_requests_total{route="filter",outcome="clean"} 1"#,
        #"sluice_requests_total{route="filter",outcome="flagged"} 1"#,
        #"sluice_requests_total{route="filter",outcome="rejected"} 1"#,
        #"sluice_images_total{verdict="adversarial",action="flagged"} 1"#,
        #"sluice_detector_firings_total{detector="squeezing-probabilities"} 1"#,
        #"sluice_classifier_images_total 6"#, #"sluice_request_seconds_count{route="filter"} 3"#,
        "sluice_queue_depth 0",
        #"sluice_build_info{version="#,
      ] { #expect(text.contains(line), "\(line)") }
    }

    @Test("the description names what the server answers, and the server answers what it names")
    func openAPI() async throws {
      let description = try await client.get("/openapi.json").body.json
      let paths = try #require(description["paths"] as? [String: [String: Any]])
      #expect(paths.count == 14)
      for (path, methods) in paths {
        for (method, operation) in methods {
          let concrete = path.replacing("{path}", with: "x").replacing("{version}", with: "1")
          let operation = operation as? [String: Any]
          let body = operation?["requestBody"] != nil ? Signs.clean : nil
          let answer = try await client.send(method.uppercased(), concrete, [:], body)
          let responses = operation?["responses"] as? [String: Any]
          #expect(responses?["\(answer.status)"] != nil, "\(method) \(path) gave \(answer.status)")
          let content = responses.flatMap { $0["\(answer.status)"] as? [String: Any] }?["content"] as? [String: Any]
          #expect(content?.keys.contains(answer.headers["content-type"] ?? "") == true, "\(method) \(path)")
        }
      }
    }
  }
}
