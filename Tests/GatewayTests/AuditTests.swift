import AuditLog
import Common
import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// What the gateway records of what it answers.
  @Suite struct AuditTests {
    private static let clientHeader = ["--audit-client", "header:X-Client"]

    @Test("every verdict is recorded before it is answered, with who sent it, and what was held back is kept")
    func recordsWhatIsAnswered() async throws {
      let gateway = try RunningGateway(Self.clientHeader)
      let client = WebClient(port: gateway.http)
      let broken = Array(Signs.clean.prefix(Signs.clean.count / 2))
      for (image, id) in [(Signs.clean, "one"), (Signs.adversarial, "two"), (broken, "three")] {
        _ = try await client.post("/v1/filter", image, ["X-Request-Id": id, "X-Client": "camera \"<b>"])
        // It is there as soon as the answer is.
        let found = try AuditLogReader(gateway.auditPath).records(["--limit", "1"])
        #expect(found.first?.request == id)
      }
      let pair =
        #"{"name":"i","datatype":"BYTES","shape":[2],"data":["\#(Signs.clean.base64)","\#(Signs.clean.base64)"]}"#
      let answer = try await client.post(
        "/v2/models/signs/infer", Array(#"{"inputs":[\#(pair)]}"#.utf8), ["X-Request-Id": "batch"])
      #expect(answer.status == 200)
      let reader = AuditLogReader(gateway.auditPath)
      let records = try reader.records(["--oldest-first"])
      #expect(records.map(\.request) == ["one", "two", "three", "batch", "batch"])
      #expect(records.map(\.verdict) == ["clean", "adversarial", "rejected", "clean", "clean"])
      #expect(records.map(\.isKept) == [false, true, true, false, false])
      #expect(records[0].said["client"] as? String != nil && records[0].said["route"] as? String == "filter")
      let filter = try #require(records[1].said["filter"] as? [String: Any])
      #expect((filter["files"] as? [String: String])?["classifier"]?.count == 64)
      #expect(try reader.image(of: "two") == Signs.adversarial && reader.image(of: "three") == broken)
      #expect(try reader.verify().status == 0, "while the gateway writes")
      gateway.send(SIGTERM)
      #expect(gateway.waitForEnd() == 0)
      let verification = try reader.verify(["--json"])
      let writers = try #require(verification.output.json["writers"] as? [[String: Any]])
      #expect(writers[0]["signedThrough"] as? Int == writers[0]["records"] as? Int, "the end is signed")
      #expect(gateway.log.contains { $0["message"] as? String == "audit checkpoint" })
    }

    @Test("clients by address, by token, or not at all", arguments: ["address", "token", "none"])
    func clients(kind: String) async throws {
      let gateway = try RunningGateway(["--audit-client", kind, "--token", "a-token-of-a-client"])
      let answer = try await WebClient(port: gateway.http).post(
        "/v1/filter", Signs.clean, ["Authorization": "Bearer a-token-of-a-client"])
      #expect(answer.status == 200)
      let record = try #require(try AuditLogReader(gateway.auditPath).records().first)
      let client = record.said["client"] as? String
      switch kind {
      case "address": #expect(client == "127.0.0.1")
      case "token": #expect(client?.hasPrefix("token-") == true && client?.contains("a-token") == false)
      default: #expect(client == nil)
      }
    }

    @Test("of clean images no record, or the bytes as well, as configured")
    func cleanImages() async throws {
      let none = try RunningGateway(["--audit-clean", "none"])
      let all = try RunningGateway(["--audit-clean-images", "all"])
      for gateway in [none, all] {
        let client = WebClient(port: gateway.http)
        _ = try await client.post("/v1/filter", Signs.clean)
        _ = try await client.post("/v1/filter", Signs.adversarial)
      }
      #expect(try AuditLogReader(none.auditPath).records().map(\.verdict) == ["adversarial"])
      #expect(try AuditLogReader(all.auditPath).records().map(\.isKept) == [true, true])
      let note = "shares are of records: of clean images 0 % have one"
      #expect(try AuditLogReader(none.auditPath).run("stats", []).outputText.contains("\n\(note)\n"))
      #expect(try !AuditLogReader(all.auditPath).run("stats", []).outputText.contains("of records"))
      let file = try Repository.bytes("\(none.auditPath)/pages.token")
      let token = String(decoding: file, as: UTF8.self).filter { !$0.isWhitespace }
      let page = try await WebClient(port: none.operations).get("/audit", ["Authorization": "Bearer \(token)"])
      #expect(String(decoding: page.body, as: UTF8.self).contains("<p class=\"soft\">\(note)</p>"))
    }

    @Test(
      "what cannot be recorded is not answered, and counted; once there is room it goes on", arguments: [false, true])
    func noRoom(failsOpen: Bool) async throws {
      let gateway = try RunningGateway(failsOpen ? ["--audit-fail-open"] : [])
      let client = WebClient(port: gateway.http)
      #expect(try await client.post("/v1/filter", Signs.clean).status == 200)
      try gateway.limitFiles(to: "30000")
      let refused = try await client.post("/v1/filter", Signs.clean)
      let held = try await client.post("/v1/filter", Signs.adversarial)
      let metrics = try await gateway.metrics()
      if failsOpen {
        #expect(refused.status == 200 && held.status == 403)
        #expect(metrics.contains("sluice_audit_lost_total 2"))
      } else {
        #expect(refused.status == 500 && held.status == 500)
        #expect(!refused.error.contains(gateway.auditPath), "callers learn nothing of this machine")
        #expect(metrics.contains("sluice_audit_refused_total 2"))
      }
      // What failed is not counted as recorded: that the gateway began, and one verdict.
      #expect(metrics.contains("sluice_audit_records_total 2"), "\(metrics)")
      // Nobody sends images to a gateway that answers none, and so it must find out by itself that there is room again.
      let operations = WebClient(port: gateway.operations)
      #expect(try await operations.get("/readyz").status == (failsOpen ? 200 : 503))
      #expect(gateway.log.contains { $0["message"] as? String == "verdict not recorded" })
      try gateway.limitFiles(to: "unlimited")
      try await eventually("it is ready again") { try await operations.get("/readyz").status == 200 }
      #expect(try await client.post("/v1/filter", Signs.clean).status == 200)
      let reader = AuditLogReader(gateway.auditPath)
      #expect(try reader.records().count == 2 && reader.verify().status == 0)
    }

    @Test("where the usual folder cannot be made, it is said how another is named")
    func unusableHome() throws {
      let result = try SluiceCommand.run(
        ["serve", "-f", Repository.file("Filters/signs.yaml")], environment: ["XDG_STATE_HOME": "/dev/null"])
      #expect(result.status == 2, "\(result.errors)")
      #expect(result.errors.contains("the audit log cannot be used: /dev/null"), "\(result.errors)")
      #expect(result.errors.contains("name a folder with `--audit` that this user can write to, or `off`"))
    }

    @Test("junk is recorded so many times, then summed up, and never kept")
    func junk() async throws {
      let gateway = try RunningGateway()
      let (client, inputs) = (WebClient(port: gateway.http), 1500)
      for number in 0..<inputs {
        let junk = Array("junk\(number)".utf8)
        #expect(try await client.post("/v1/filter", junk).status == 422)
      }
      gateway.send(SIGTERM)
      #expect(gateway.waitForEnd() == 0)
      let reader = AuditLogReader(gateway.auditPath)
      let (records, sums) = (try reader.records(), try reader.records(["--kind", "summary"]))
      #expect(records.count >= 1000 && !sums.isEmpty && records.allSatisfy { !$0.isKept })
      #expect(records.count + sums.reduce(0) { $0 + ($1.said["inputs"] as? Int ?? 0) } == inputs)
      let stats = try reader.run("stats", ["--json"]).output.json
      #expect(stats["rejected"] as? Int == records.count)
      #expect((stats["summedUp"] as? [String: Int])?["not-an-image"] == inputs - records.count)
      let token = "a-token-for-the-pages"
      let later = try RunningGateway(["--audit", gateway.auditPath, "--audit-token", "alice:\(token)"])
      let page = String(
        decoding: try await WebClient(port: later.operations).get("/audit", ["Authorization": "Bearer \(token)"]).body,
        as: UTF8.self)
      #expect(page.contains("<dt>Rejected</dt><dd>1\u{202F}500</dd>"), "\(page)")
      #expect(page.contains("100 %, \(inputs - records.count) without a record"))
      #expect(try reader.verify().status == 0)
    }

    @Test("what a gateway that is killed soon has begun is signed")
    func earlyCheckpoint() async throws {
      let gateway = try RunningGateway()
      try await gateway.wait(for: "audit checkpoint")
      gateway.send(SIGKILL)
      _ = gateway.waitForEnd()
      let verification = try AuditLogReader(gateway.auditPath).verify(["--json"])
      let writers = try #require(verification.output.json["writers"] as? [[String: Any]])
      #expect(verification.status == 0 && writers[0]["signedThrough"] as? Int == 1)
    }

    @Test("a gateway does not sign a log again in which what it has signed is gone, and says so once")
    func rewrittenLog() async throws {
      let gateway = try RunningGateway(["--audit-checkpoint", "1s"])
      _ = try await WebClient(port: gateway.http).post("/v1/filter", Signs.clean)
      func isSigned(_ line: [String: Any]) -> Bool {
        line["message"] as? String == "audit checkpoint" && line["sequence"] as? String == "2"
      }
      try await eventually("a checkpoint through the verdict") { gateway.log.contains(where: isSigned) }
      let database = try SQLiteDatabase(path: "\(gateway.auditPath)/audit.sqlite")
      try database.write { connection throws(SluiceError) in
        for statement in [
          "DELETE FROM audit_record WHERE sequence = 2", "DELETE FROM audit_checkpoint",
          "UPDATE audit_writer SET sequence = 1, hash = (SELECT hash FROM audit_record)",
        ] { try connection.execute(statement, []) }
      }
      try await eventually("three refusals to sign") { try await gateway.metric("sluice_audit_rewritten_total") >= 3 }
      gateway.send(SIGTERM)
      #expect(gateway.waitForEnd() == 0)
      let complaints = gateway.log.filter { $0["message"] as? String == "checkpoint not signed" }
      #expect(complaints.count == 1 && (complaints[0]["error"] as? String)?.contains("is missing") == true)
      let verification = try AuditLogReader(gateway.auditPath).verify(["--json"])
      let writers = try #require(verification.output.json["writers"] as? [[String: Any]])
      #expect(writers[0]["records"] as? Int == 1 && writers[0]["signedThrough"] as? Int == 0)
    }

    @Test(
      "images beyond the limits are gone once the gateway runs again, and their records stay",
      arguments: [("--audit-max-bytes", "16384B", 2), ("--audit-max-age", "1s", 0)])
    func limits(option: String, limit: String, kept: Int) async throws {
      let folder = try TemporaryFolder()
      let audit = "\(folder.path)/audit"
      let first = try RunningGateway(["--audit", audit])
      for number in 0..<4 {
        // Bytes behind the picture make it another file. Each takes two blocks of the disk.
        let image = Signs.adversarial + Array("\(number)".utf8)
        #expect(try await WebClient(port: first.http).post("/v1/filter", image).status == 403)
      }
      first.send(SIGTERM)
      #expect(first.waitForEnd() == 0)
      let reader = AuditLogReader(audit)
      #expect(try reader.keptFiles.count == 4)
      // None is younger then than the age that is permitted.
      try await Task.sleep(for: .seconds(1.1))
      let second = try RunningGateway(["--audit", audit, option, limit])
      try await second.wait(for: "images deleted")
      #expect(try reader.keptFiles.count == kept)
      let deletion = second.log.first { $0["message"] as? String == "images deleted" }
      #expect(deletion?["images"] as? String == "\(4 - kept)")
      #expect(try reader.records().map(\.isKept) == (0..<4).map { $0 < kept }, "the oldest go first")
      #expect(try reader.verify().status == 0)
    }

    @Test("kept images are encrypted where a key is given")
    func encryption() async throws {
      let folder = try TemporaryFolder()
      let key = try folder.file("key", Data((0..<32).map { UInt8($0) }).base64EncodedString() + "\n")
      let gateway = try RunningGateway(["--audit-encryption-key-file", key])
      _ = try await WebClient(port: gateway.http).post("/v1/filter", Signs.adversarial, ["X-Request-Id": "x1"])
      let reader = AuditLogReader(gateway.auditPath)
      let kept = try #require(try reader.keptFiles.first)
      #expect(try !Repository.bytes(kept).contains(Signs.adversarial.prefix(16)))
      #expect(try reader.image(of: "x1") == nil)
      #expect(
        try AuditLogReader(gateway.auditPath, ["--encryption-key-file", key]).image(of: "x1") == Signs.adversarial)
    }

    @Test("bare pixels that were reviewed go into training and calibration in the shape in which they came")
    func reviewedPixels() async throws {
      let gateway = try RunningGateway(["--audit-clean-images", "all"])
      let (width, height) = (96, 32)
      for seed in 0..<2 {
        let data = (0..<width * height * 3).map { String(($0 * 7 + $0 / 96 * seed) % 251) }.joined(separator: ",")
        let json =
          #"{"inputs":[{"name":"i","datatype":"UINT8","shape":[\#(height),\#(width),3],"data":[\#(data)]}]}"#
        let answer = try await WebClient(port: gateway.http).post("/v2/models/signs/infer", Array(json.utf8))
        #expect([200, 403].contains(answer.status), "\(answer.error)")
      }
      let reader = AuditLogReader(gateway.auditPath)
      let records = try reader.records()
      #expect(records.count == 2 && Set(records.map(\.sha256)).count == 2)
      #expect(try reader.run("review", [records[0].reference, "--clear"]).status == 0)
      #expect(try reader.run("review", [records[1].reference, "--confirm", "--attack", "pgd"]).status == 0)

      let folder = try TemporaryFolder()
      let set = "\(folder.path)/set"
      let export = try SluiceCommand.run(["export", "--adversarial-training", set, "--from-audit", gateway.auditPath])
      #expect(export.status == 0, "\(export.errors)")
      for label in ["clean", "adversarial"] {
        let place = "\(set)/images/\(label)/unknown"
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: place).first)
        // Where a PNG has its width and its height.
        let bytes = try Repository.bytes("\(place)/\(name)")
        let sides = [16, 20].map { start in bytes.dropFirst(start).prefix(4).reduce(0) { $0 << 8 | Int($1) } }
        #expect(name.hasSuffix(".png") && sides == [width, height])
      }
      try NoisePictures.writeSmallCalibration(in: folder)
      let calibration = try SluiceCommand.run([
        "calibrate", "-f", "\(folder.path)/noise.yaml", "--augment", "none", "--clean", "\(folder.path)/clean",
        "--from-audit", gateway.auditPath,
      ])
      #expect(calibration.status == 0, "\(calibration.errors)")
      #expect(calibration.outputText.contains("21 clean scores") && calibration.outputText.contains("pgd"))
    }

    @Test("a log that cannot be opened keeps the gateway from starting, and says why")
    func unusableLog() throws {
      let folder = try TemporaryFolder()
      let file = try folder.file("file", "no folder")
      let inFile = try SluiceCommand.run(["serve", "-f", Repository.file("Filters/signs.yaml"), "--audit", file])
      #expect(inFile.status == 2 && inFile.errors.contains(file), "\(inFile.errors)")
      try FileManager.default.createDirectory(atPath: "\(folder.path)/audit", withIntermediateDirectories: true)
      try folder.file("audit/audit.sqlite", String(repeating: "no database, ", count: 1000))
      let garbage = try SluiceCommand.run(
        ["serve", "-f", Repository.file("Filters/signs.yaml"), "--audit", "\(folder.path)/audit"])
      #expect(garbage.status == 2 && garbage.errors.contains("not a database"), "\(garbage.errors)")
    }
  }
}

/// The settings of the audit, as the command takes them.
struct AuditSettingTests {
  @Test(
    "wrong settings are named with what is permitted",
    arguments: [
      (["--audit-client", "everything"], "address, token, header:NAME or none"),
      (["--audit-client", "header:a b"], "address, token, header:NAME or none"),
      (["--audit-clean", "1.5"], "a share from 0 to 1"), (["--audit-clean-images", "some"], "a share from 0 to 1"),
      (["--audit-max-bytes", "much"], "a size such as"), (["--audit-max-age", "180"], "a time such as"),
      (["--audit-writer", "a/b"], "letters, digits"), (["--audit-encryption-key", "short"], "32 bytes"),
      (["--audit-token", "short"], "at least 16 characters"), (["--audit-checkpoint", "0s"], "a time such as"),
    ])
  func wrong(arguments: [String], expected: String) throws {
    let result = try SluiceCommand.run(["serve", "-f", "x.yaml", "--print-config"] + arguments)
    #expect(result.status == 2 && result.errors.contains(expected), "\(result.errors)")
    #expect(!result.errors.contains("short"), "secrets are not repeated")
  }

  @Test("secrets are not printed, and times may be days")
  func printed() throws {
    let key = String(repeating: "ab", count: 32)
    let result = try SluiceCommand.run([
      "serve", "-f", "x.yaml", "--print-config", "--audit-encryption-key", key, "--audit-token", "a-very-secret-token",
      "--audit-database", "postgresql://user:password@host/db", "--audit-max-age", "30d",
    ])
    #expect(result.status == 0 && result.outputText.contains("auditMaxAge: \"30d\""), "\(result.errors)")
    for secret in [key, "a-very-secret-token", "password"] { #expect(!result.outputText.contains(secret)) }
  }

  @Test("the audit can be turned off")
  func off() throws {
    let result = try SluiceCommand.run(["serve", "-f", "x.yaml", "--print-config", "--audit", "off"])
    #expect(result.status == 0 && result.outputText.contains("audit: \"off\""))
  }
}
