import Gateway
import TestSupport
import Testing

extension GatewayProcesses {
  /// The tables of routes against what the ports serve, and what the ports say that they serve.
  @Suite struct RouteTests {
    private static let token = "a-token-of-many-characters"
    private static let reviewerToken = "a-token-for-the-pages"

    enum Port: String, CaseIterable {
      case serving
      case operations

      var table: [String] { self == .serving ? ServedRoutes.serving : ServedRoutes.operations }
    }

    /// An endpoint as a port describes it.
    private struct Endpoint {
      let method: String
      let path: String
      let needsToken: Bool
      let statuses: Set<Int>

      /// The path with something in the place of each name.
      var concrete: String {
        path.replacing("{version}", with: "1").replacing("{number}", with: "1").replacing(/\{[a-z]+\}/, with: "x")
      }
    }

    /// A gateway that asks for tokens on both ports.
    private func gateway() throws -> RunningGateway {
      try RunningGateway(
        ["--audit-token", "alice:\(Self.reviewerToken)", "--operations", "0.0.0.0:0"],
        environment: ["SLUICE_TOKEN": Self.token])
    }

    private func client(_ port: Port, of gateway: RunningGateway) -> WebClient {
      WebClient(port: port == .serving ? gateway.http : gateway.operations)
    }

    private func described(_ client: WebClient) async throws -> [Endpoint] {
      let answer = try await client.get("/openapi.json", ["Authorization": "Bearer \(Self.token)"])
      let paths = try #require(answer.body.json["paths"] as? [String: [String: [String: Any]]], "\(answer.error)")
      return paths.flatMap { path, methods in
        methods.map { method, operation in
          let statuses = (operation["responses"] as? [String: Any] ?? [:]).keys.compactMap { Int($0) }
          return Endpoint(
            method: method, path: path, needsToken: (operation["security"] as? [Any])?.isEmpty == false,
            statuses: Set(statuses))
        }
      }
    }

    @Test("each row of a table is described, and nothing else is", arguments: Port.allCases)
    func descriptions(port: Port) async throws {
      let gateway = try gateway()
      defer { withExtendedLifetime(gateway) {} }
      let described = try await described(client(port, of: gateway)).map { "\($0.method) \($0.path)" }
      let rows = port.table.map { $0.replacing("{model}", with: "signs") }
      #expect(Set(described) == Set(rows) && described.count == rows.count)
    }

    @Test("whatever is described answers, and asks for a token where that is described", arguments: Port.allCases)
    func answers(port: Port) async throws {
      let gateway = try gateway()
      defer { withExtendedLifetime(gateway) {} }
      let client = client(port, of: gateway)
      let endpoints = try await described(client)
      #expect(!endpoints.isEmpty)
      for endpoint in endpoints {
        let name = "\(endpoint.method) \(endpoint.path)"
        let method = endpoint.method.uppercased()
        let answer = try await client.send(method, endpoint.concrete, [:], method == "POST" ? [1] : nil)
        #expect(endpoint.statuses.contains(answer.status), "\(name) gave \(answer.status)")
        #expect(![405, 500].contains(answer.status), "\(name)")
        let isTurnedAway =
          answer.status == 401 || answer.status == 303 && answer.headers["location"]?.contains("/login?") == true
        // Who logs in with a wrong token is turned away as well, by the log-in itself.
        if name != "post /audit/login" { #expect(isTurnedAway == endpoint.needsToken, "\(name)") }
        let token = endpoint.path.hasPrefix("/audit") ? Self.reviewerToken : Self.token
        let known = try await client.send(
          method, endpoint.concrete, ["Authorization": "Bearer \(token)"], method == "POST" ? [1] : nil)
        #expect(known.status != 405 && endpoint.statuses.contains(known.status), "\(name) gave \(known.status)")
        if name != "post /audit/login" { #expect(known.status != 401, "\(name)") }
      }
    }

    @Test("a path that does not take a method says which it takes", arguments: Port.allCases)
    func otherMethods(port: Port) async throws {
      let gateway = try gateway()
      defer { withExtendedLifetime(gateway) {} }
      let client = client(port, of: gateway)
      let endpoints = Dictionary(grouping: try await described(client), by: \.path)
      for (path, methods) in endpoints where methods.count < 8 {
        let taken = methods.map { $0.method.uppercased() }
        let allowed = Set(taken + (taken.contains("GET") ? ["HEAD"] : []))
        for method in Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PROPFIND"]).subtracting(allowed) {
          let token = path.hasPrefix("/audit") ? Self.reviewerToken : Self.token
          let answer = try await client.send(
            method, methods[0].concrete, ["Authorization": "Bearer \(token)"], nil)
          let said = Set(answer.headers["allow"]?.split(separator: ",").map { $0.trimming(" ") } ?? [])
          #expect(answer.status == 405 && said == allowed, "\(method) \(path) gave \(answer.status) \(said)")
        }
      }
    }

    @Test(
      "an empty segment makes another path, which is not served; a slash at the end does not",
      arguments: [
        ("GET", "/v2/", 200), ("GET", "/v2/health/live/", 200), ("GET", "//v2", 404), ("GET", "/v2//health/live", 404),
        ("GET", "/v2/health/live//", 404), ("GET", "/", 404), ("POST", "/v2/models//infer", 404),
        ("POST", "//v1/filter", 404), ("POST", "//v1/check/x", 404), ("POST", "/v1//check/x", 404),
        ("POST", "/v1/check//x", 403), ("POST", "/v1/check/", 403), ("POST", "/v1/check", 403),
        ("POST", "/v1/checks", 404), ("GET", "/v2/models/signs/versions", 404), ("POST", "/v1/models/:predict", 404),
        ("POST", "/v1/models/signs:predict/x", 404), ("GET", "/V2", 404), ("GET", "/v2/models/%73igns", 404),
      ])
    func segments(method: String, path: String, status: Int) async throws {
      let client = WebClient(port: try SharedGateway.plain().http)
      let answer = try await client.send(method, path, [:], method == "POST" ? Signs.adversarial : nil)
      #expect(answer.status == status)
    }

    @Test("a check takes whichever method, and the filter none but its own", arguments: ["PROPFIND", "QUERY", "PURGE"])
    func rareMethods(method: String) async throws {
      let client = WebClient(port: try SharedGateway.plain().http)
      for path in ["/v1/check", "/v1/check/a/b"] {
        #expect(try await client.send(method, path, [:], Signs.adversarial).status == 403, "\(path)")
        #expect(try await client.send(method, path, [:], Signs.clean).status == 200, "\(path)")
      }
      #expect(try await client.send(method, "/v1/filter", [:], Signs.clean).status == 405)
    }

    @Test("a method that nobody knows is a check like any other")
    func unknownMethod() throws {
      let connection = try RawConnection(port: try SharedGateway.plain().http)
      connection.setTimeout(5)
      let end = HTTP2Frames.endHeaders | HTTP2Frames.endStream
      connection.send(
        HTTP2Frames.opening + HTTP2Frames.headers(1, HTTP2Frames.request("FOO", "/v1/check/x"), flags: end)
          + HTTP2Frames.headers(3, HTTP2Frames.request("FOO", "/v1/filter"), flags: end))
      let received = connection.receive(until: { HTTP2Frames.endedStreams($0).count == 2 })
      let fields = HTTP2Frames.fields(received)
      #expect(fields.contains(":status: 422") && fields.contains(":status: 405"), "\(fields)")
    }
  }
}

extension Substring {
  fileprivate func trimming(_ character: Character) -> String {
    String(drop { $0 == character }.reversed().drop { $0 == character }.reversed())
  }
}
