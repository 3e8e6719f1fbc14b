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

    /// Makes a certificate for a name, and its key.
    private func makeCertificate(_ name: String, in folder: TemporaryFolder) throws {
      try SluiceCommand.shell(
        "cd '\(folder.path)' && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=\(name) -out c.pem -keyout k.pem"
      ).check()
    }

    /// What names the certificates have that new connections are shown, over HTTP and over gRPC.
    private func shownNames(_ gateway: RunningGateway) throws -> [String] {
      try [gateway.http, gateway.grpc].map { port in
        let shown = try SluiceCommand.shell(
          "openssl s_client -connect 127.0.0.1:\(port) -alpn h2 </dev/null 2>/dev/null | openssl x509 -noout -subject")
        return shown.outputText.filter { $0.isLetter || $0 == "-" }
      }
    }

    @Test("new connections are shown the certificate that SIGHUP finds; one that is none leaves the old one in use")
    func certificates() async throws {
      guard Requirements.hasOpenSSL else { return }
      let folder = try TemporaryFolder()
      try makeCertificate("first", in: folder)
      let gateway = try RunningGateway([
        "--tls-certificate", "\(folder.path)/c.pem", "--tls-key", "\(folder.path)/k.pem",
      ])
      let line = try #require(gateway.log.first { $0["message"] as? String == "TLS certificate" })
      #expect((line["until"] as? String)?.hasSuffix("Z") == true, "\(line)")
      #expect(try shownNames(gateway) == ["subjectCNfirst", "subjectCNfirst"])
      try makeCertificate("second", in: folder)
      #expect(try shownNames(gateway) == ["subjectCNfirst", "subjectCNfirst"], "not before")
      gateway.send(SIGHUP)
      try await gateway.wait(for: "TLS certificate and key read again")
      #expect(try shownNames(gateway) == ["subjectCNsecond", "subjectCNsecond"])
      let key = try Repository.bytes("\(folder.path)/k.pem")
      try makeCertificate("third", in: folder)
      // The certificate of one, and the key of another.
      try folder.file("k.pem", String(decoding: key, as: UTF8.self))
      gateway.send(SIGHUP)
      try await gateway.wait(for: "TLS certificate and key not read again; the old ones stay in use")
      #expect(try shownNames(gateway) == ["subjectCNsecond", "subjectCNsecond"])
      try makeCertificate("fourth", in: folder)
      gateway.send(SIGHUP)
      try await gateway.wait(for: "TLS certificate and key read again", times: 2)
      #expect(try shownNames(gateway) == ["subjectCNfourth", "subjectCNfourth"])
    }
  }
}
