import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// The OpenAPI description against the server that it describes.
  @Suite struct EndpointDescriptionTests {
    /// What is an image no schema can say, so requests that fit theirs are refused all the same; and a check takes any
    /// method, of which one is described.
    private static let unfit = "positive_data_acceptance,unsupported_method"

    @Test(
      "Schemathesis finds nothing that is not as described",
      .enabled(if: Requirements.schemathesis != nil, "needs Schemathesis: Samples/install.sh --tests"))
    func schemathesis() throws {
      let program = try #require(Requirements.schemathesis)
      let gateway = try RunningGateway(["--queue", "1000"])
      // It leaves a folder of its own where it runs.
      let folder = try TemporaryFolder()
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
        let operation = try #require(methods.values.first)
        let isHealth = path.hasSuffix("/ready") || path.hasSuffix("/live")
        #expect((operation["security"] as? [Any])?.count == (isHealth ? 0 : 1), "\(path)")
        let responses = try #require(operation["responses"] as? [String: [String: Any]])
        for (status, response) in responses {
          let contents = try #require(response["content"] as? [String: [String: Any]], "\(path) \(status)")
          for (type, content) in contents {
            #expect((content["schema"] as? [String: Any])?.isEmpty == false, "\(path) \(status) \(type)")
          }
        }
        guard methods["post"] != nil else { continue }
        for (status, header) in [("429", "Retry-After"), ("503", "Retry-After"), ("401", "WWW-Authenticate")] {
          #expect((responses[status]?["headers"] as? [String: Any])?[header] != nil, "\(path) \(status)")
        }
      }
    }
  }
}
