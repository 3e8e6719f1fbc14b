import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// What becomes of flagged images, and what callers are told.
  @Suite struct ModeTests {
    @Test("modes by route: observe forwards and says so, sanitize forwards another picture, enforce refuses")
    func modes() async throws {
      let gateway = try RunningGateway(["--mode", "observe,filter=sanitize,predict=enforce"])
      let client = WebClient(port: gateway.http)
      let sanitised = try await client.post("/v1/filter", Signs.adversarial, ["Accept": "image/png"])
      #expect(sanitised.status == 200 && sanitised.headers["sluice-verdict"] == "adversarial; sanitized")
      let plain = try await client.post("/v1/filter", Signs.clean, ["Accept": "image/png"])
      #expect(plain.headers["sluice-verdict"] == "clean")
      let picture = try #require(try? await client.post("/v1/filter", sanitised.body, ["Accept": "image/png"]))
      #expect(picture.status == 200, "what was sanitised is an image")
      let verdict = try await client.post("/v1/filter", Signs.adversarial).body.json
      #expect(verdict["verdict"] as? String == "adversarial" && verdict["action"] as? String == "sanitized")
      let input = #"{"name":"i","datatype":"BYTES","shape":[1],"data":["\#(Signs.adversarial.base64)"]}"#
      let observed = try await client.post("/v2/models/signs/infer", Array(#"{"inputs":[\#(input)]}"#.utf8))
      #expect(observed.status == 200 && observed.headers["sluice-verdict"] == "adversarial; observed")
      #expect(gateway.log.contains { $0["action"] as? String == "observed" })
      let rows = #"{"instances":[{"b64":"\#(Signs.adversarial.base64)"}]}"#
      #expect(try await client.post("/v1/models/signs:predict", Array(rows.utf8)).status == 403)
      #expect(try await client.post("/v1/check/x", Signs.adversarial).status == 200)
    }

    @Test("scores reach callers when the operator says so")
    func exposedVerdicts() async throws {
      let gateway = try RunningGateway(["--expose-verdicts"])
      let verdict = try await WebClient(port: gateway.http).post("/v1/filter", Signs.clean).body.json
      let detectors = try #require(verdict["detectors"] as? [[String: Any]])
      #expect(detectors[0]["score"] is Double && detectors[0]["threshold"] is Double)
    }

    @Test("tokens are asked for everywhere but at health")
    func tokens() async throws {
      let folder = try TemporaryFolder()
      let file = try folder.file("tokens", "first-token-of-many\n\nsecond-token-of-many\n")
      let gateway = try RunningGateway(["--token-file", file])
      let client = WebClient(port: gateway.http)
      #expect(try await client.get("/v2/health/live").status == 200)
      #expect(try await client.get("/v2").status == 401)
      #expect(try await client.get("/v2").headers["www-authenticate"] == "Bearer")
      for wrong in ["Bearer first-token-of-man", "Bearer first-token-of-many2", "Basic first-token-of-many", "Bearer "]
      {
        #expect(try await client.post("/v1/filter", Signs.clean, ["Authorization": wrong]).status == 401)
      }
      let right = "Bearer second-token-of-many"
      #expect(try await client.post("/v1/filter", Signs.clean, ["Authorization": right]).status == 200)
      #expect(!gateway.logText.contains("second-token"))
    }

    @Test("without a classifier there is nothing to be embedded; sanitize needs to know how")
    func unfitFilters() throws {
      let folder = try TemporaryFolder()
      let filter = try folder.file(
        "f.yaml",
        "version: 1\nname: f\npreprocess: [{resize: {width: 8, height: 8}}]\ntensor: {layout: nchw, type: float32}\n")
      let none = try SluiceCommand.run(["serve", "-f", filter])
      #expect(none.status == 2 && none.errors.contains("--upstream"))
      let how = try SluiceCommand.run(
        ["serve", "-f", filter, "--upstream", "http://127.0.0.1:1", "--mode", "sanitize"])
      #expect(how.status == 2 && how.errors.contains("sanitize: {median: 2}"))
    }
  }
}
