import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// Gateways that share a PostgreSQL.
  @Suite(.enabled(if: PostgreSQLServer.shared != nil, "needs PostgreSQL"))
  struct AuditDatabaseTests {
    @Test("two gateways write to one database, each its own chain; images are reviewed and replayed from anywhere")
    func shared() async throws {
      let database = try #require(PostgreSQLServer.shared).freshDatabase()
      let gateways = try ["east", "west"].map { name in
        try RunningGateway(["--audit-database", database, "--audit-writer", name])
      }
      for (number, gateway) in gateways.enumerated() {
        let client = WebClient(port: gateway.http)
        await withTaskGroup(of: Void.self) { group in
          for place in 0..<20 {
            group.addTask {
              let image = place % 2 == 0 ? Signs.clean : Signs.adversarial
              _ = try? await client.post("/v1/filter", image, ["X-Request-Id": "\(number)-\(place)"])
            }
          }
        }
      }
      let elsewhere = try TemporaryFolder()
      let reader = AuditLogReader(elsewhere.path, ["--database", database])
      let records = try reader.records()
      #expect(records.count == 40 && Set(records.map { $0.said["writer"] as? String }) == ["east", "west"])
      #expect(try reader.image(of: "1-1") == Signs.adversarial, "although nothing of it lies in this folder")
      #expect(try reader.run("review", ["0-1", "--confirm", "--writer", "desk"]).status == 0)
      #expect(try reader.records(["--review", "confirmed"]).count == 20, "the image came twenty times")
      let replay = try reader.run("replay", ["--verdict", "adversarial", "-f", Repository.file("Filters/signs.yaml")])
      #expect(replay.status == 0, "\(replay.outputText)\(replay.errors)")
      for gateway in gateways {
        gateway.send(SIGTERM)
        #expect(gateway.waitForEnd() == 0)
      }
      let keys = try gateways.map {
        String(decoding: try Repository.bytes("\($0.auditPath)/signing.pub"), as: UTF8.self)
      }
      let keyFile = try elsewhere.file("keys", keys.joined())
      let verification = try reader.verify(["--key-file", keyFile])
      #expect(verification.status == 0, "\(verification.outputText)")
      let east = verification.outputText.split(separator: "\n").first { $0.hasPrefix("east: 21 records, ") }
      #expect(east?.hasSuffix(" signed through 21") == true, "\(verification.outputText)")
    }

    @Test("a database that goes away refuses answers until it is back")
    func outage() async throws {
      let server = try #require(PostgreSQLServer.shared)
      let database = try server.freshDatabase()
      let gateway = try RunningGateway(["--audit-database", database])
      let client = WebClient(port: gateway.http)
      #expect(try await client.post("/v1/filter", Signs.clean).status == 200)
      try server.execute("ALTER TABLE audit_record RENAME TO gone", in: database)
      #expect(try await client.post("/v1/filter", Signs.clean).status == 500)
      let operations = WebClient(port: gateway.operations)
      #expect(try await operations.get("/readyz").status == 503)
      #expect(try await client.get("/v2/health/ready").status == 503)
      #expect(try await operations.get("/livez").status == 200)
      try server.execute("ALTER TABLE gone RENAME TO audit_record", in: database)
      // Found out without a request: one that is not ready is sent none.
      try await eventually("it is ready again", every: .milliseconds(50)) {
        try await operations.get("/readyz").status == 200
      }
      #expect(try await client.post("/v1/filter", Signs.clean).status == 200)
    }

    @Test(
      "a database that does not answer to a commit keeps nobody waiting behind it, nor the gateway from ending",
      arguments: [false, true])
    func silence(failsOpen: Bool) async throws {
      let server = try #require(PostgreSQLServer.shared)
      let database = try server.freshDatabase()
      let gateway = try RunningGateway(
        ["--audit-database", database, "--deadline", "25s"] + (failsOpen ? ["--audit-fail-open"] : []))
      let client = WebClient(port: gateway.http)
      #expect(try await client.post("/v1/filter", Signs.clean).status == 200)
      try server.execute(
        """
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(100); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON audit_record DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION wait();
        """, in: database)
      async let first = client.post("/v1/filter", Signs.clean)
      async let second = client.post("/v1/filter", Signs.clean)
      let answers = [try await first.status, try await second.status]
      #expect(answers == (failsOpen ? [200, 200] : [500, 500]))
      // Not even tried, so at once.
      #expect(try await client.post("/v1/filter", Signs.clean).status == (failsOpen ? 200 : 500))
      #expect(try await WebClient(port: gateway.operations).get("/readyz").status == (failsOpen ? 200 : 503))
      gateway.send(SIGTERM)
      #expect([0, 2].contains(gateway.waitForEnd()), "\(gateway.logText)")
    }
  }
}
