import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// Tokens and certificates that are replaced while the gateway runs.
  @Suite struct AccessReloadingTests {
    private static let (old, new) = ("an-old-token-of-a-client", "a-new-token-of-a-client")

    @Test("a token that is revoked is refused after SIGHUP, and one that has come is good")
    func tokens() async throws {
      let folder = try TemporaryFolder()
      let gateway = try RunningGateway(["--token-file", try folder.file("tokens", Self.old)])
      let client = WebClient(port: gateway.http)
      func status(_ token: String) async throws -> Int {
        try await client.post("/v1/filter", Signs.clean, ["Authorization": "Bearer \(token)"]).status
      }
      #expect(try await status(Self.old) == 200)
      try folder.file("tokens", Self.new)
      gateway.send(SIGHUP)
      try await gateway.wait(for: "tokens read again")
      #expect(try await status(Self.old) == 401)
      #expect(try await status(Self.new) == 200)
      for wrong in ["brief-one", "# none\n"] {
        try folder.file("tokens", wrong)
        gateway.send(SIGHUP)
      }
      try await gateway.wait(for: "tokens not read again; the old ones stay in use")
      #expect(try await status(Self.new) == 200)
      #expect(!gateway.logText.contains(Self.new) && !gateway.logText.contains("brief-one"))
    }

    @Test("a reviewer whose token is revoked is logged out by SIGHUP")
    func reviewers() async throws {
      let folder = try TemporaryFolder()
      let file = try folder.file("reviewers", "anna:\(Self.old)\nbert:another-token-that-stays")
      let gateway = try RunningGateway(["--audit-token-file", file])
      let client = WebClient(port: gateway.operations)
      func logIn(_ token: String) async throws -> String? {
        let answer = try await client.post("/audit/login", Array("token=\(token)".utf8))
        return answer.headers["set-cookie"].map { String($0.prefix { $0 != ";" }) }
      }
      func sees(_ cookie: String) async throws -> Bool {
        try await client.get("/audit/records", ["Cookie": cookie]).status == 200
      }
      let anna = try #require(try await logIn(Self.old))
      let bert = try #require(try await logIn("another-token-that-stays"))
      #expect(try await sees(anna))
      try folder.file("reviewers", "anna:\(Self.new)\nbert:another-token-that-stays")
      gateway.send(SIGHUP)
      try await gateway.wait(for: "reviewers' tokens read again")
      #expect(try await !sees(anna), "also of a name that has another token by now")
      #expect(try await sees(bert))
      #expect(try await logIn(Self.old) == nil)
      #expect(try await logIn(Self.new) != nil)
    }

    @Test("the log says until when a certificate holds, and that another one waits for a restart")
    func certificates() async throws {
      guard Requirements.hasOpenSSL else { return }
      let folder = try TemporaryFolder()
      func make() throws {
        try SluiceCommand.shell(
          "cd '\(folder.path)' && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -out c.pem -keyout k.pem"
        ).check()
      }
      try make()
      let gateway = try RunningGateway([
        "--tls-certificate", "\(folder.path)/c.pem", "--tls-key", "\(folder.path)/k.pem",
      ])
      let line = try #require(gateway.log.first { $0["message"] as? String == "TLS certificate" })
      #expect((line["until"] as? String)?.hasSuffix("Z") == true, "\(line)")
      gateway.send(SIGHUP)
      try await gateway.wait(for: "filter reloaded")
      #expect(!gateway.logText.contains("after a restart only"))
      try make()
      gateway.send(SIGHUP)
      try await gateway.wait(for: "the TLS certificate or its key was changed, and is used after a restart only")
    }
  }
}
