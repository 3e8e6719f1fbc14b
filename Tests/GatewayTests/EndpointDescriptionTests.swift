import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// The OpenAPI description against the server that it describes.
  @Suite struct EndpointDescriptionTests {
    /// What is an image no schema can say, so requests that fit theirs are refused all the same.
    private static let unfit = "positive_data_acceptance"
    /// A check takes any method. Of those that are tried, OpenAPI 3.0 has no word for QUERY alone.
    private static let settings = """
      [[operations]]
      include-path = "/v1/check"
      phases.coverage.unexpected-methods = ["get", "put", "post", "delete", "options", "patch", "trace"]

      [[operations]]
      include-path = "/v1/check/{path}"
      phases.coverage.unexpected-methods = ["get", "put", "post", "delete", "options", "patch", "trace"]
      """

    @Test(
      "Schemathesis finds nothing that is not as described",
      .enabled(if: Requirements.schemathesis != nil, "needs Schemathesis: Samples/install.sh --tests"))
    func schemathesis() throws {
      let program = try #require(Requirements.schemathesis)
      let gateway = try RunningGateway(["--queue", "1000"])
      // It leaves a folder of its own where it runs.
      let folder = try TemporaryFolder()
      _ = try folder.file("schemathesis.toml", Self.settings)
      let result = try SluiceCommand.shell(
        "cd '\(folder.path)' && '\(program)' run --exclude-checks \(Self.unfit) --max-examples 40 --seed 1 --generation-database none --no-color "
          + "http://127.0.0.1:\(gateway.http)/openapi.json")
      #expect(result.status == 0, "\(result.outputText)\(result.errors)")
      #expect(gateway.isRunning)
    }

    @Test("every schema says something, and every refusal is described with its header")
    func strictness() async throws {
      let token = "a-token-of-many-characters"
      let gateway = try RunningGateway([], environment: ["SLUICE_TOKEN": token])
      let bearer: KeyValuePairs = ["Authorization": "Bearer \(token)"]
      let description = try await WebClient(port: gateway.http).get("/openapi.json", bearer).body.json
      let paths = try #require(description["paths"] as? [String: [String: [String: Any]]])
      for (path, methods) in paths {
        for (method, operation) in methods {
          let isHealth = path.hasSuffix("/ready") || path.hasSuffix("/live")
          try checkStrictness(operation, "\(method) \(path)", isHealth: isHealth, judges: methods["post"] != nil)
        }
      }
      // A check takes any method; with those that have no body by custom, none is described.
      for path in ["/v1/check", "/v1/check/{path}"] {
        let check = try #require(paths[path])
        #expect(check.keys.sorted() == ["delete", "get", "head", "options", "patch", "post", "put", "trace"])
        #expect(
          check.filter { $0.value["requestBody"] != nil }.keys.sorted() == ["options", "patch", "post", "put"])
      }
    }

    private func checkStrictness(_ operation: [String: Any], _ name: String, isHealth: Bool, judges: Bool) throws {
      #expect((operation["security"] as? [Any])?.count == (isHealth ? 0 : 1), "\(name)")
      let responses = try #require(operation["responses"] as? [String: [String: Any]])
      for (status, response) in responses {
        let contents = try #require(response["content"] as? [String: [String: Any]], "\(name) \(status)")
        for (type, content) in contents {
          #expect((content["schema"] as? [String: Any])?.isEmpty == false, "\(name) \(status) \(type)")
        }
      }
      guard judges else { return }
      for (status, header) in [("429", "Retry-After"), ("503", "Retry-After"), ("401", "WWW-Authenticate")] {
        #expect((responses[status]?["headers"] as? [String: Any])?[header] != nil, "\(name) \(status)")
      }
    }
  }
}
