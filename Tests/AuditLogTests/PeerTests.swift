import AuditLog
import Foundation
import TestSupport
import Testing

private let hasPython = (try? SluiceCommand.shell("python3 -c 'import sqlite3'").status) == 0

/// A verifier in another language, written from the description of the form, agrees with this one.
@Suite(.enabled(if: hasPython, "needs python3"))
struct PeerTests {
  private struct Sample {
    let log: TestLog
    let key: AuditSigningKey
    /// A file with the last checkpoint of chain `one`.
    let kept: String

    init() throws {
      log = try TestLog()
      key = try AuditFolder(log.folder.path).signingKey(for: "one")
      let store = try log.store()
      for (number, text) in ChainTests.hostileTexts.enumerated() {
        var image = number % 3 == 0 ? Judged.kept(number) : Judged.number(number)
        (image.source, image.client) = (text, text)
        try store.append([image], to: number % 2 == 0 ? "one" : "two")
        if number == 4 { _ = try store.checkpoint(of: "one", signedBy: key) }
      }
      let subject = AuditReference(writer: "one", sequence: 1)
      _ = try store.review(ImageReview(Judged.kept(0), .clean), of: subject, by: "reviews")
      _ = try store.prune(to: QuarantineLimits(bytes: 2 * 4096), by: "two")
      _ = try store.append([AuditEntry(.summary, ["inputs": .integer(7)])], to: "two")
      _ = try store.checkpoint(of: "two", signedBy: key)
      kept = try log.folder.file("kept", try #require(try store.checkpoint(of: "one", signedBy: key)).text)
    }

    func verified(_ arguments: [String] = []) throws -> SluiceCommand.Result {
      let script = Repository.file("Tests/AuditLogTests/Peers/verify_audit.py")
      let words = ([script, log.folder.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
      return try SluiceCommand.shell("PYTHONDONTWRITEBYTECODE=1 python3 \(words)")
    }
  }

  @Test("a log holds for both")
  func holds() throws {
    let sample = try Sample()
    let own = try sample.log.store().verified(keys: [sample.key.verification])
    #expect(own.words == [])
    let (key, kept) = (["--key", sample.key.verification.text], ["--checkpoint", sample.kept])
    for arguments in [[], key, kept, key + kept] {
      let result = try sample.verified(arguments)
      #expect(result.status == 0, "\(result.outputText)\(result.errors)")
      #expect(result.outputText == "\(own.records) records, \(own.checkpoints) checkpoints hold\n")
    }
  }

  @Test(
    "both name the same record",
    arguments: [
      ("UPDATE audit_record SET record = record || ' ' WHERE writer = 'one' AND sequence = 3", "one:3"),
      ("UPDATE audit_record SET record = record || char(0) WHERE writer = 'one' AND sequence = 3", "one:3"),
      ("UPDATE audit_record SET time = time + 1 WHERE writer = 'two' AND sequence = 2", "two:2"),
      ("UPDATE audit_record SET kind = 'opened' WHERE writer = 'one' AND sequence = 2", "one:2"),
      ("DELETE FROM audit_record WHERE writer = 'one' AND sequence = 2", "one:2"),
      ("DELETE FROM audit_record WHERE writer = 'one' AND sequence > 5", "one:6"),
      ("DELETE FROM audit_record WHERE writer = 'reviews'", "reviews:1"),
      ("UPDATE audit_record SET sequence = 0 WHERE writer = 'one' AND sequence = 1", "one:1"),
      ("UPDATE audit_checkpoint SET note = replace(note, 'T', 't') WHERE writer = 'two'", "two:"),
    ])
  func agreement(statement: String, reference: String) throws {
    let sample = try Sample()
    try sample.log.tamper(statement)
    let result = try sample.verified()
    #expect(result.status == 1 && result.outputText.hasPrefix(reference), "\(result.outputText)\(result.errors)")
    let own = try sample.log.store().verified(keys: [sample.key.verification])
    #expect(own.words.first?.hasPrefix(reference) == true, "\(own.words)")
  }

  @Test("a rewritten chain is found by its checkpoints, and by those kept elsewhere")
  func rewritten() throws {
    let sample = try Sample()
    try sample.log.rewrite("one", from: 2) { $0.replacing("adversarial", with: "clean") }
    var result = try sample.verified()
    #expect(result.status == 1 && result.outputText == "one:3: has a checkpoint of another chain\n")
    try sample.log.tamper("DELETE FROM audit_checkpoint WHERE writer = 'one'")
    #expect(try sample.verified().status == 0)
    result = try sample.verified(["--checkpoint", sample.kept])
    #expect(result.status == 1 && result.outputText.contains(": was rewritten"))
    for table in ["record", "writer"] { try sample.log.tamper("DELETE FROM audit_\(table) WHERE writer = 'one'") }
    #expect(try sample.verified(["--checkpoint", sample.kept]).outputText.hasPrefix("one:1: is missing"))
  }

  @Test("other keys are not trusted, and damaged images are found")
  func keysAndImages() throws {
    let sample = try Sample()
    let other = AuditSigningKey(writer: "one")
    for arguments in [["--key", other.verification.text], ["--key", "one+two+three"]] {
      #expect(try sample.verified(arguments).status == 1)
    }
    let image = try #require(try sample.log.rows("SELECT sha256 FROM audit_object WHERE state = 0").first).text(0)
    try Data([1]).write(to: URL(filePath: sample.log.imageFile(image)))
    #expect(try sample.verified().outputText == "the image \(image) is another\n")
    try FileManager.default.removeItem(atPath: sample.log.imageFile(image))
    #expect(try sample.verified().outputText == "the image \(image) is missing from the quarantine\n")
  }
}
