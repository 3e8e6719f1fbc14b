import TestSupport
import Testing

extension GatewayProcesses {
  /// Whom it concerns that somebody searches.
  @Suite struct SearchClientTests {
    typealias Way = SearchTests.Way

    private func gateway(_ action: String, _ more: String...) throws -> RunningGateway {
      try RunningGateway(["--audit-client", "header:X-Client", "--query-guard", action] + more)
    }

    private func ask(_ way: Way, _ number: Int, _ gateway: RunningGateway, client: String) async throws
      -> WebClient.Answer
    {
      let body = way.body(try SearchImages.image(number))
      return try await WebClient(port: gateway.http).post(way.path, body, ["X-Client": client])
    }

    @Test(
      "several clients search together: they are answered accordingly, and nobody else is",
      arguments: ["refuse", "freeze"])
    func together(action: String) async throws {
      let gateway = try gateway(action)
      for number in 0..<90 { _ = try await ask(.infer, number, gateway, client: "c\(number / 15)") }
      for number in 200..<206 {
        let answer = try await ask(.infer, number, gateway, client: "new \(number)")
        #expect(answer.status == (number % 2 == 0 ? 200 : 403), "\(number) \(answer.error)")
      }
      // The first of them was first told that its image is clean.
      #expect(try await ask(.infer, 301, gateway, client: "c0").status == (action == "refuse" ? 429 : 200))
    }

    @Test("frozen, nobody hears what another client was answered")
    func ownAnswers() async throws {
      let gateway = try gateway("freeze")
      #expect(try await ask(.infer, 0, gateway, client: "a").status == 200)
      for number in 1..<SearchImages.enough + 1 { _ = try await ask(.infer, number, gateway, client: "b") }
      // The chain begins with a clean image, and the questions of the one who searches with a flagged one.
      for number in 100..<104 { #expect(try await ask(.infer, number, gateway, client: "b").status == 403) }
      #expect(try await ask(.infer, 104, gateway, client: "a").status == 200)
    }

    @Test("frozen, nobody hears what was answered to another address of one network")
    func ownAddress() async throws {
      let gateway = try gateway("freeze")
      for number in 0..<SearchImages.enough { _ = try await ask(.infer, number, gateway, client: "2001:db8::a") }
      #expect(try await ask(.infer, 100, gateway, client: "2001:db8::b").status == 429)
      #expect(try await ask(.infer, 101, gateway, client: "2001:db8::a").status == 200)
    }

    @Test("who has many addresses of one network is one client")
    func network() async throws {
      let gateway = try gateway("refuse")
      for number in 0..<SearchImages.enough {
        _ = try await ask(.filter, number, gateway, client: "2001:db8:0:7::\(number)")
      }
      #expect(try await ask(.filter, 100, gateway, client: "2001:db8:0:7:ffff::1").status == 429)
      #expect(try await ask(.filter, 102, gateway, client: "2001:db8:0:8::1").status == 200)
      let reader = AuditLogReader(gateway.auditPath)
      #expect(try reader.records(["--chain"]).first?.said["clients"] as? [String] == ["2001:db8:0:7::/64"])
      #expect(try reader.records(["--client", "2001:db8:0:7:ffff::1"]).count == 1, "records have the address")
    }

    @Test(
      "frozen where flagged images are let go, a flagged image is still called that",
      arguments: ["observe", "sanitize"],
      [Way.filter, .check])
    func keepsFlags(mode: String, way: Way) async throws {
      let gateway = try gateway("freeze", "--mode", mode)
      let flagged = "adversarial; \(mode == "observe" ? "observed" : "sanitized")"
      for number in 0..<SearchImages.enough + 6 {
        let answer = try await ask(way, number, gateway, client: "a")
        #expect(answer.status == 200 && answer.headers["sluice-verdict"] == (number % 2 == 0 ? "clean" : flagged))
      }
    }
  }
}
