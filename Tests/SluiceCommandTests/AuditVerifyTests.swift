import AuditLog
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct AuditVerifyTests {
  private let bench: AuditBench

  init() throws { bench = try AuditBench() }

  private func verification(_ arguments: String...) throws -> (status: Int32, json: [String: Any]) {
    let result = try SluiceCommand.run(["audit", "verify", "--audit", bench.log, "--json"] + arguments)
    return (result.status, try #require(result.verdicts.first, "\(result.errors)"))
  }

  private func problems(_ json: [String: Any]) -> [String] {
    (json["problems"] as? [[String: Any]] ?? []).map {
      "\($0["record"] as? String ?? "-") \($0["what"] as? String ?? "")"
    }
  }

  @Test("an untouched log holds, and is signed to its end")
  func holds() throws {
    let text = try bench.audit("verify")
    #expect(text.status == 0 && text.outputText.contains("holds: ") && text.outputText.contains(", 1 checkpoint, "))
    #expect(text.outputText.contains("--key-file"))
    let (status, json) = try verification()
    #expect(status == 0 && json["holds"] as? Bool == true && problems(json).isEmpty)
    // The verdicts, and that a run began.
    #expect(json["records"] as? Int == bench.verdicts.count + 1)
    #expect(json["images"] as? Int == bench.count("adversarial") + 1)
    let writer = try #require((json["writers"] as? [[String: Any]])?.first)
    #expect(writer["signedThrough"] as? Int == writer["records"] as? Int && json["trustsFolder"] as? Bool == true)
    let (kept, elsewhere) = try verification("--key-file", "\(bench.log)/signing.pub")
    #expect(kept == 0 && elsewhere["trustsFolder"] as? Bool == false)
  }

  @Test(
    "the first record that was changed is named", .enabled(if: AuditBench.hasPythonSQLite, "needs python3 with sqlite3")
  )
  func changedRecord() throws {
    let records = try bench.records("--oldest-first")
    let (first, second) = (records[2], records[5])
    try bench.change(
      """
      UPDATE audit_record SET record = replace(record, '"milliseconds"', '"millisecondz"')
        WHERE sequence IN (\(second.sequence), \(first.sequence));
      """)
    let (status, json) = try verification()
    #expect(status == 1 && json["holds"] as? Bool == false)
    #expect(problems(json).first?.hasPrefix("\(first.reference) was changed") == true, "\(problems(json))")
    let text = try bench.audit("verify")
    #expect(text.status == 1 && text.outputText.contains("DOES NOT HOLD: \(first.reference) "))
    #expect(!text.outputText.contains("holds: "))
  }

  @Test(
    "whatever else is changed is found", .enabled(if: AuditBench.hasPythonSQLite, "needs python3 with sqlite3"),
    arguments: [
      ("DELETE FROM audit_record WHERE sequence = 4", "4 is missing"),
      ("DELETE FROM audit_record WHERE sequence = 12", "is missing"),
      ("UPDATE audit_record SET verdict = 'clean' WHERE verdict = 'adversarial'", "columns beside it were changed"),
      ("UPDATE audit_record SET client = 'other' WHERE sequence = 3", "3 is listed as something that it is not"),
      ("DELETE FROM audit_flag", "other detectors"), ("DELETE FROM audit_object", "does not know"),
      ("UPDATE audit_object SET state = 2", "no record says so"), ("UPDATE audit_object SET held = 1", "are held"),
      ("UPDATE audit_checkpoint SET note = replace(note, 'sluice-audit', 'sluice_audit')", "checkpoint"),
    ])
  func otherChanges(sql: String, message: String) throws {
    try bench.change(sql)
    let (status, json) = try verification()
    #expect(status == 1 && problems(json).contains { $0.contains(message) }, "\(problems(json))")
  }

  @Test("an image that was changed or deleted is named, unless nobody looks")
  func changedImage() throws {
    let record = try bench.record(of: bench.flagged[0])
    let file = "\(bench.log)/quarantine/\(record.sha256.prefix(2))/\(record.sha256)"
    var bytes = try Repository.bytes(file)
    bytes[40] ^= 1
    try Data(bytes).write(to: URL(filePath: file))
    let (status, json) = try verification()
    #expect(
      status == 1 && problems(json).contains { $0.contains("\(record.sha256) are different ones") }, "\(problems(json))"
    )
    #expect(try verification("--skip-images").status == 0)
    let shown = try bench.audit("show", record.reference, "--image", "\(bench.path)/out.png")
    #expect(shown.status == 2 && shown.errors.contains("are different ones") && !bench.exists("out.png"))
    try FileManager.default.removeItem(atPath: file)
    let (gone, missing) = try verification("--skip-images")
    #expect(gone == 1 && problems(missing).contains { $0.contains("missing from the quarantine") })
  }

  @Test(
    "a log that was cut off is found by a checkpoint that was kept elsewhere",
    .enabled(if: AuditBench.hasPythonSQLite, "needs python3 with sqlite3"))
  func truncation() throws {
    let last = bench.verdicts.count + 1
    _ = try bench.filter(["clean-0.png"])
    let kept = "\(bench.path)/kept"
    #expect(try bench.audit("checkpoint", "-o", kept).status == 0)
    try FileManager.default.copyItem(atPath: "\(bench.log)/signing.pub", toPath: "\(bench.path)/signing.pub")
    let elsewhere = ["--key-file", "\(bench.path)/signing.pub", "--checkpoint", kept]
    let before = try SluiceCommand.run(["audit", "verify", "--audit", bench.log] + elsewhere)
    #expect(before.status == 0 && !before.outputText.contains("beside the log"), "\(before.outputText)")

    try bench.change(
      """
      DELETE FROM audit_record WHERE sequence > \(last);
      DELETE FROM audit_checkpoint WHERE sequence > \(last);
      UPDATE audit_writer SET sequence = \(last),
        hash = (SELECT hash FROM audit_record WHERE sequence = \(last));
      """)
    // By its own account the log is whole.
    #expect(try verification().status == 0)
    let after = try SluiceCommand.run(["audit", "verify", "--audit", bench.log] + elsewhere)
    #expect(after.status == 1 && after.outputText.contains("a checkpoint that was kept elsewhere says that there are"))
  }

  @Test("checkpoints of years are kept in one file")
  func manyCheckpoints() throws {
    let checkpoint = try bench.audit("checkpoint").output
    let kept = try bench.folder.file("kept", Array(repeatElement(checkpoint, count: 1000).joined()))
    #expect(try Repository.bytes(kept).count > 200_000)
    let key = "\(bench.log)/signing.pub"
    #expect(try verification("--key-file", key, "--checkpoint", kept).status == 0)
    let other = AuditFolder("\(bench.path)/other")
    try other.make()
    _ = try other.signingKey(for: "other")
    let (status, json) = try verification("--key-file", other.verificationKeyPath, "--checkpoint", kept)
    let found = problems(json).filter { $0.contains("is signed by no trusted key (the first of 1000 checkpoints)") }
    #expect(status == 1 && found.count == 1, "\(problems(json))")
  }

  @Test("runs that make a log together sign with keys that verify it")
  func freshLogs() throws {
    for round in 0..<10 {
      let log = "\(bench.path)/fresh-\(round)"
      let script = """
        run() { "$SLUICE" filter -f '\(Filters.signs)' --audit '\(log)' --format none '\(bench.path)/clean-0.png'; }
        for number in 1 2 3 4; do run & runs="$runs $!"; done
        for number in $runs; do wait $number; test $? -lt 2 || exit 3; done
        "$SLUICE" audit verify --audit '\(log)'
        """
      let result = try SluiceCommand.shell(script)
      #expect(result.status == 0, "\(result.errors)\(result.outputText)")
    }
  }

  @Test(
    "a log under a clock far ahead is not pruned by age, unless it is said to be right",
    .enabled(if: AuditBench.hasPythonSQLite, "needs python3 with sqlite3"))
  func clockAhead() throws {
    // As if it were written four hundred days ago.
    let jump = 400 * 86_400 * 1_000_000
    try bench.change(
      "UPDATE audit_record SET time = time - \(jump); UPDATE audit_object SET stored = stored - \(jump);")
    for arguments in [["--dry-run"], []] {
      let result = try SluiceCommand.run(["audit", "prune", "--audit", bench.log, "--older-than", "180d"] + arguments)
      #expect(result.status == 2 && result.outputText.hasPrefix("0 images"))
      #expect(result.errors.contains("--trust-clock") && result.errors.contains("the clock says"), "\(result.errors)")
    }
    let trusted = try bench.audit("prune", "--older-than", "180d", "--trust-clock")
    #expect(trusted.status == 0 && trusted.outputText.hasPrefix("\(bench.count("adversarial") + 1) images"))
  }

  @Test("a pruning whose outcome cannot be written fails", arguments: ["--dry-run", "--trust-clock"])
  func fullOutput(option: String) throws {
    let result = try SluiceCommand.shell(
      "\"$SLUICE\" audit prune --audit '\(bench.log)' --older-than 180d \(option) > /dev/full")
    #expect(result.status == 2 && result.errors.contains("standard output"), "\(result.errors)")
  }

  @Test("a folder that others may write to takes no record, and is verified all the same")
  func foreignWriters() throws {
    #expect(try SluiceCommand.shell("chmod 777 '\(bench.log)'").status == 0)
    let run = try bench.filter(["clean-0.png"])
    #expect(run.status == 2 && run.errors.contains("users other than its owner may write"), "\(run.errors)")
    #expect(try bench.audit("verify").status == 0)
  }

  @Test("keys of another log verify nothing")
  func otherKey() throws {
    let other = try TemporaryFolder()
    let filter = try other.file("decode-only.yaml", Filters.decodeOnly)
    let made = try SluiceCommand.run(
      ["filter", "-f", filter, "--audit", "\(other.path)/audit", "--format", "none", "\(bench.path)/clean-0.png"])
    #expect(made.status == 0, "\(made.errors)")
    let (status, json) = try verification("--key-file", "\(other.path)/audit/signing.pub")
    #expect(status == 2 && problems(json).count == 1, "\(problems(json))")
    #expect(problems(json).first?.contains("which is not among the trusted ones") == true, "\(problems(json))")
    let text = try bench.audit("verify", "--key-file", "\(other.path)/audit/signing.pub")
    #expect(text.status == 2 && !text.outputText.contains("DOES NOT HOLD"), "\(text.outputText)")
    #expect(text.outputText.contains("NOT VERIFIED: ") && text.outputText.contains("with --key-file"))
    let damaged = try bench.audit("verify", "--key-file", try other.file("damaged", "sluice-audit/x+00000000+AAAA\n"))
    #expect(damaged.status == 2 && damaged.errors.contains("not a verification key"))
  }

  @Test("without a key nothing is said about tampering; all keys that are named count")
  func keysByHand() throws {
    let (key, moved) = ("\(bench.log)/signing.pub", "\(bench.path)/moved.pub")
    try FileManager.default.moveItem(atPath: key, toPath: moved)
    let none = try bench.audit("verify")
    #expect(none.status == 2 && none.errors.contains("no key to verify the log with"), "\(none.errors)")
    #expect(none.errors.contains("--key-file") && !none.outputText.contains("DOES NOT HOLD"))
    let other = try TemporaryFolder()
    let filter = try other.file("decode-only.yaml", Filters.decodeOnly)
    let made = try SluiceCommand.run(
      ["filter", "-f", filter, "--audit", "\(other.path)/audit", "--format", "none", "\(bench.path)/clean-0.png"])
    #expect(made.status == 0, "\(made.errors)")
    let foreign = "\(other.path)/audit/signing.pub"
    for files in [[moved, foreign], [foreign, moved]] {
      let (status, json) = try verification("--key-file", files[0], "--key-file", files[1])
      #expect(status == 0 && json["trustsFolder"] as? Bool == false, "\(problems(json))")
    }
  }

  @Test("a checkpoint is a signed note, the same in a file and on standard output")
  func checkpoint() throws {
    let result = try bench.audit("checkpoint")
    #expect(result.status == 0 && result.errors.isEmpty)
    let lines = result.outputText.split(separator: "\n", omittingEmptySubsequences: false)
    try #require(lines.count == 7)
    #expect(lines[0].hasPrefix("sluice-audit/") && lines[1] == "\(bench.verdicts.count + 1)")
    let hash = try #require(Data(base64Encoded: String(lines[2])))
    #expect(hash.count == 32 && lines[4].isEmpty && lines[5].hasPrefix("— sluice-audit/") && lines[6].isEmpty)
    let signature = try #require(lines[5].split(separator: " ").last.flatMap { Data(base64Encoded: String($0)) })
    #expect(signature.count == 4 + 64)
    let file = "\(bench.path)/checkpoint"
    #expect(try bench.audit("checkpoint", "-o", file).status == 0)
    let written = String(decoding: try Repository.bytes(file), as: UTF8.self).split(separator: "\n")
    #expect(written[..<3].elementsEqual(lines[..<3]))
    // Everything that the key says is a secret of its owner.
    let mode = try FileManager.default.attributesOfItem(atPath: "\(bench.log)/signing.key")[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }
}
