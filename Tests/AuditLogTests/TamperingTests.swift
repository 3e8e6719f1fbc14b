import AuditLog
import Common
import Foundation
import TestSupport
import Testing

/// Every way to change a log that somebody with access to its tables has, and what verification says.
struct TamperingTests {
  /// A log with eight records in chain `one`, three in `two` and three in `reviews`, all signed.
  private final class Sample: Sendable {
    let log: TestLog
    let store: AuditStore
    let key = AuditSigningKey(writer: "one")
    let kept: SignedCheckpoint

    init(_ backend: Backend) throws {
      log = try TestLog(backend)
      store = try log.store()
      for number in 1...8 {
        var image = number < 7 ? Judged.number(number) : Judged.kept(number)
        (image.client, image.source, image.detectors) = ("client", "\(number).png", ["a": number % 2 == 0, "b": true])
        try store.append([image])
        if number == 4 { _ = try store.checkpoint(of: "one", signedBy: key) }
      }
      try store.append([.kept(21, time: .now - .seconds(60)), .number(22), .number(23)], to: "two")
      let subject = AuditReference(writer: "one", sequence: 2)
      for label in ImageReview.Label.allCases {
        _ = try store.review(ImageReview(Judged.number(2), label), of: subject, by: "reviews")
      }
      _ = try store.hold(Judged.kept(7).sha256, isHeld: true, note: nil, reviewer: "anna", by: "reviews")
      _ = try store.prune(to: QuarantineLimits(bytes: 2 * 4096), by: "two")
      kept = try #require(try store.checkpoint(of: "one", signedBy: key))
      for writer in ["two", "reviews"] { _ = try store.checkpoint(of: writer, signedBy: key) }
    }

    func verified(kept: [SignedCheckpoint] = []) throws -> Verification {
      try store.verified(keys: [key.verification], kept: kept)
    }
  }

  @Test("an untouched log holds", arguments: Backend.installed)
  func untouched(backend: Backend) throws {
    let sample = try Sample(backend)
    let verification = try sample.verified(kept: [sample.kept])
    #expect(verification.words == [] && verification.holds)
    #expect(verification.records == 15 && verification.checkpoints == 4 && verification.images == 2)
    #expect(verification.writers.map(\.name) == ["one", "reviews", "two"])
    #expect(verification.writers.map(\.signedThrough) == [8, 3, 4])
    #expect(verification.writers[0].hash == sample.kept.checkpoint.hash)
    #expect(try AuditVerifier(sample.store, keys: [sample.key.verification], checksImages: false).verify().holds)
  }

  private static let at1 = "writer = 'one' AND sequence = 1"
  private static let (at3, at8) = ("writer = 'one' AND sequence = 3", "writer = 'one' AND sequence = 8")
  private static let (seven, two) = (Judged.kept(7).sha256, Judged.number(2).sha256)
  private static let copied =
    "time, kind, verdict, action, client, source, request, sha256, filter, hash, record, search FROM audit_record"

  static let changes = [
    Change("text", "one:3 was", "UPDATE audit_record SET record = replace(record, '3.png', '4.png') WHERE \(at3)"),
    Change("a space in the text", "one:3 was", "UPDATE audit_record SET record = record || ' ' WHERE \(at3)"),
    Change("no text", "one:3 was", "UPDATE audit_record SET record = '' WHERE \(at3)"),
    Change("hash", "one:3 was", "UPDATE audit_record SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE \(at3)"),
    Change("time column", "one:3 is listed", "UPDATE audit_record SET time = time + 1 WHERE \(at3)"),
    Change("verdict column", "one:3 is listed", "UPDATE audit_record SET verdict = 'clean' WHERE \(at3)"),
    Change("no verdict column", "one:3 is listed", "UPDATE audit_record SET verdict = NULL WHERE \(at3)"),
    Change("kind column", "one:3 is listed", "UPDATE audit_record SET kind = 'opened' WHERE \(at3)"),
    Change("client column", "one:3 is listed", "UPDATE audit_record SET client = 'other' WHERE \(at3)"),
    Change("source column", "one:3 is listed", "UPDATE audit_record SET source = 'other' WHERE \(at3)"),
    Change("request column", "one:3 is listed", "UPDATE audit_record SET request = 'other' WHERE \(at3)"),
    Change("digest column", "one:3 is listed", "UPDATE audit_record SET sha256 = '\(two)' WHERE \(at3)"),
    Change("filter column", "one:3 is listed", "UPDATE audit_record SET filter = NULL WHERE \(at3)"),
    Change("search column", "one:3 is listed", "UPDATE audit_record SET search = 'other' WHERE \(at3)"),
    Change("action column", "one:3 is listed", "UPDATE audit_record SET action = 'forwarded' WHERE \(at3)"),
    Change(
      "flag removed", "one:4 is listed under",
      "DELETE FROM audit_flag WHERE writer = 'one' AND sequence = 4 AND detector = 'a'"),
    Change("flag added", "one:3 is listed under", "INSERT INTO audit_flag VALUES ('one', 3, 'a', 0)"),
    Change("flag's time", "one:3 is listed under", "UPDATE audit_flag SET time = 0 WHERE \(at3)"),
    Change("flag of no record", "one:99 is listed under", "INSERT INTO audit_flag VALUES ('one', 99, 'a', 0)"),
    Change("flag of no chain", "none:1 is listed under", "INSERT INTO audit_flag VALUES ('none', 1, 'a', 0)"),
    Change("record deleted", "one:3 is missing", "DELETE FROM audit_record WHERE \(at3)"),
    Change("first record deleted", "one:1 is missing", "DELETE FROM audit_record WHERE \(at1)"),
    Change(
      "last records deleted", "one:6 is missing", "DELETE FROM audit_record WHERE writer = 'one' AND sequence > 5"),
    Change(
      "last records deleted, head put back", "one:6 is missing: there is a checkpoint of record 8",
      "DELETE FROM audit_record WHERE writer = 'one' AND sequence > 5",
      """
      UPDATE audit_writer SET sequence = 5, hash = (SELECT hash FROM audit_record WHERE writer = 'one' AND sequence = 5)
      WHERE writer = 'one'
      """),
    Change("all records deleted", "one:1 is missing", "DELETE FROM audit_record WHERE writer = 'one'"),
    Change(
      "all records and the head deleted", "one:1 is missing", "DELETE FROM audit_record WHERE writer = 'one'",
      "DELETE FROM audit_writer WHERE writer = 'one'"),
    Change("head deleted", "one:8 is the last of a chain without", "DELETE FROM audit_writer WHERE writer = 'one'"),
    Change("head moved back", "one:8 is there", "UPDATE audit_writer SET sequence = 7 WHERE writer = 'one'"),
    Change("head moved on", "one:9 is missing", "UPDATE audit_writer SET sequence = 9 WHERE writer = 'one'"),
    Change(
      "head's hash", "one:8 is the last record, but", "UPDATE audit_writer SET hash = '\(two)' WHERE writer = 'one'"),
    Change(
      "two records swapped", "one:3 was", "UPDATE audit_record SET sequence = -3 WHERE \(at3)",
      "UPDATE audit_record SET sequence = 3 WHERE writer = 'one' AND sequence = 5",
      "UPDATE audit_record SET sequence = 5 WHERE writer = 'one' AND sequence = -3"),
    Change(
      "moved to another chain", "one:8 is missing", "UPDATE audit_record SET writer = 'two', sequence = 5 WHERE \(at8)"),
    Change(
      "copied to another chain", "two:5 was", "INSERT INTO audit_record SELECT 'two', 5, \(copied) WHERE \(at8)"),
    Change(
      "copied below the first", "one:1 is missing", "INSERT INTO audit_record SELECT 'one', 0, \(copied) WHERE \(at3)"),
    Change(
      "copied to a new chain", "new:1 is missing", "INSERT INTO audit_record SELECT 'new', 3, \(copied) WHERE \(at3)"),
    Change(
      "copied to a chain without a name", "there is a chain",
      "INSERT INTO audit_record SELECT '', 1, \(copied) WHERE \(at3)"),
    Change("review altered", "reviews:2 is a review", "UPDATE audit_review SET label = 'adversarial'"),
    Change("reviewer altered", "reviews:2 is a review", "UPDATE audit_review SET reviewer = 'bert'"),
    Change("review put back", "reviews:2 is a review", "UPDATE audit_review SET label = 'adversarial', sequence = 1"),
    Change("review's time", "reviews:1 is a review", "UPDATE audit_review SET time = time - 1, sequence = 1"),
    Change("review removed", "reviews:1 is a review", "DELETE FROM audit_review"),
    Change(
      "review invented", "reviews:9 there is a review of \(seven)",
      "INSERT INTO audit_review VALUES ('\(seven)', 'clean', NULL, NULL, NULL, 'anna', 0, 'reviews', 9)"),
    Change("image's row deleted", "one:7 kept an image", "DELETE FROM audit_object WHERE sha256 = '\(seven)'"),
    Change(
      "image said to be deleted", "the bytes of \(Judged.kept(8).sha256) are said to be deleted",
      "UPDATE audit_object SET state = 2 WHERE sha256 = '\(Judged.kept(8).sha256)'"),
    Change(
      "image said to be deleted by another's record", "the bytes of \(Judged.kept(8).sha256) are said to be deleted",
      "UPDATE audit_object SET state = 2, writer = 'two', sequence = 4 WHERE sha256 = '\(Judged.kept(8).sha256)'"),
    Change("hold lifted", "the bytes of \(seven) are held", "UPDATE audit_object SET held = 0"),
    Change(
      "hold invented", "the bytes of \(Judged.kept(8).sha256) are held",
      "UPDATE audit_object SET held = 1 WHERE sha256 = '\(Judged.kept(8).sha256)'"),
    Change(
      "image's size", "the bytes of \(seven) should be 8",
      "UPDATE audit_object SET bytes = 8 WHERE sha256 = '\(seven)'"),
    Change(
      "checkpoint of another record", "one:4 has a checkpoint of another",
      """
      UPDATE audit_checkpoint SET note = (SELECT note FROM audit_checkpoint WHERE \(at8)) WHERE writer = 'one' AND sequence = 4
      """),
    Change(
      "checkpoint moved", "one:3 has a checkpoint of another",
      "UPDATE audit_checkpoint SET sequence = 3 WHERE writer = 'one' AND sequence = 4"),
    Change(
      "checkpoint altered", "one:4 has a checkpoint that cannot", "UPDATE audit_checkpoint SET note = note || 'x'"),
    Change("checkpoint of nothing", "none:1 is missing", "INSERT INTO audit_checkpoint VALUES ('none', 2, 0, '')"),
  ]

  @Test("what was changed is named", arguments: changes, Backend.installed)
  func found(change: Change, backend: Backend) throws {
    let sample = try Sample(backend)
    for statement in change.statements { try sample.log.tamper(statement) }
    let verification = try sample.verified()
    #expect(verification.words.first?.hasPrefix(change.found) == true, "\(verification.words)")
  }

  @Test(
    "what stands behind a zero character is seen",
    arguments: ["record", "client", "verdict", "hash", "kind", "sha256"])
  func hiddenText(column: String) throws {
    let sample = try Sample(.sqlite)
    try sample.log.tamper("UPDATE audit_record SET \(column) = \(column) || char(0) || 'x' WHERE \(Self.at3)")
    #expect(try sample.verified().words.first?.hasPrefix("one:3 ") == true)
  }

  @Test(
    "numbers that are no whole ones are found",
    arguments: [
      Change("number", "one:3 is missing", "UPDATE audit_record SET sequence = 2.6 WHERE \(at3)"),
      Change(
        "number of record and flags", "one:3 is missing", "UPDATE audit_record SET sequence = 2.6 WHERE \(at3)",
        "UPDATE audit_flag SET sequence = 2.6 WHERE \(at3)"),
      Change("time", "one:3 is listed", "UPDATE audit_record SET time = time + 0.25 WHERE \(at3)"),
      Change("flag's number", "one:3 is listed under", "UPDATE audit_flag SET sequence = 2.6 WHERE \(at3)"),
      Change("head", "one:8 is the last of a chain", "UPDATE audit_writer SET sequence = 7.6 WHERE writer = 'one'"),
      Change(
        "checkpoint's number", "there is a checkpoint of one that",
        "UPDATE audit_checkpoint SET sequence = 3.6 WHERE writer = 'one' AND sequence = 4"),
      Change(
        "image's size", "the bytes of \(seven) should be",
        "UPDATE audit_object SET bytes = bytes + 0.25 WHERE sha256 = '\(seven)'"),
    ])
  func fractions(change: Change) throws {
    let sample = try Sample(.sqlite)
    for statement in change.statements { try sample.log.tamper(statement) }
    let verification = try sample.verified()
    #expect(verification.words.first?.hasPrefix(change.found) == true, "\(verification.words)")
  }

  @Test("text in another normal form is another text", arguments: Backend.installed)
  func normalForm(backend: Backend) throws {
    let log = try TestLog(backend)
    let store = try log.store()
    try store.append([Judged(source: "caf\u{E9}.png"), Judged(detectors: ["caf\u{E9}": true])])
    #expect(try store.verified().holds)
    try log.tamper("UPDATE audit_flag SET detector = 'cafe\u{301}'")
    #expect(try store.verified().words.map { String($0.prefix(21)) } == ["one:2 is listed under"])
    try log.tamper("UPDATE audit_record SET source = 'cafe\u{301}.png' WHERE sequence = 1")
    #expect(try store.verified().words.map { String($0.prefix(15)) } == ["one:1 is listed"])
  }

  @Test("kept images that are listed under no digest are found", arguments: OddText.all, [1, 600])
  func oddDigests(text: OddText, count: Int) throws {
    let sample = try Sample(.sqlite)
    try sample.log.tamper(
      "INSERT INTO audit_object \(text.rows(count)) SELECT \(text.sql), 1, 1, 0, 0, NULL, NULL FROM numbers")
    #expect(try sample.verified().words == ["the list of what is kept has a row that is of no image"])
  }

  @Test("reviews of no image are found, and end the listing of reviews", arguments: OddText.all, [1, 600])
  func oddReviews(text: OddText, count: Int) throws {
    let sample = try Sample(.sqlite)
    try sample.log.tamper(
      """
      INSERT INTO audit_review \(text.rows(count))
      SELECT \(text.sql), 'clean', NULL, NULL, NULL, 'anna', 0, 'reviews', 1 FROM numbers
      """)
    #expect(try sample.verified().words.count == 1)
    let error = #expect(throws: SluiceError.self) { try sample.store.forEachReview { _ in } }
    #expect(error?.code == .auditUnavailable && error?.remedy != nil)
  }

  @Test("a chain rewritten with right hashes is found by its signature", arguments: [1, 3, 4, 5, 8], Backend.installed)
  func rewritten(sequence: Int, backend: Backend) throws {
    let sample = try Sample(backend)
    try sample.log.rewrite("one", from: sequence) { $0.replacing(".png", with: ".gif") }
    try sample.log.tamper(
      """
      UPDATE audit_record SET source = replace(source, '.png', '.gif') WHERE writer = 'one' AND sequence = \(sequence)
      """)
    #expect(
      try sample.verified().words.map { String($0.prefix(20)) } == ["one:\(sequence <= 4 ? 4 : 8) has a checkpoi"])
    try sample.log.tamper("DELETE FROM audit_checkpoint WHERE writer = 'one'")
    #expect(try sample.verified().words == [])
    let kept = try sample.verified(kept: [sample.kept])
    #expect(kept.words.map { String($0.prefix(19)) } == ["one:8 was rewritten"])
  }

  @Test("records, head and checkpoints cut off are found by a checkpoint kept elsewhere", arguments: Backend.installed)
  func cutOff(backend: Backend) throws {
    let sample = try Sample(backend)
    try sample.log.tamper(
      "DELETE FROM audit_record WHERE writer = 'one' AND sequence > 6",
      "DELETE FROM audit_flag WHERE writer = 'one' AND sequence > 6",
      "DELETE FROM audit_checkpoint WHERE writer = 'one' AND sequence > 6",
      """
      UPDATE audit_writer SET sequence = 6, hash = (SELECT hash FROM audit_record WHERE writer = 'one' AND sequence = 6)
      WHERE writer = 'one'
      """)
    #expect(try sample.verified().words == [])
    #expect(try sample.verified(kept: [sample.kept]).words.map { String($0.prefix(16)) } == ["one:7 is missing"])
    for table in ["record", "flag", "checkpoint", "writer", "review", "object"] {
      try sample.log.tamper("DELETE FROM audit_\(table)")
    }
    #expect(try sample.verified().words == [])
    #expect(try sample.verified(kept: [sample.kept]).words.map { String($0.prefix(16)) } == ["one:1 is missing"])
  }

  @Test("a checkpoint by another key is not trusted, here or kept elsewhere", arguments: Backend.installed)
  func forgedCheckpoint(backend: Backend) throws {
    let sample = try Sample(backend)
    let forger = AuditSigningKey(writer: "one")
    let forged = try #require(try sample.store.checkpoint(of: "one", signedBy: forger))
    let verification = try sample.verified()
    let name = forger.verification.text.split(separator: "+").prefix(2).joined(separator: "+")
    #expect(
      verification.words == [
        "one:8 has a checkpoint signed by key \(name), which is not among the trusted ones "
          + "(it signed 1 of this chain, which has 8 records)"
      ])
    #expect(!verification.holds && verification.lacksKeysAlone)
    #expect(verification.writers.map(\.signedThrough) == [4, 3, 4] && verification.records == 15, "it goes on")
    let both = [sample.key.verification, forger.verification]
    #expect(try sample.store.verified(keys: both, kept: [forged]).words == [])
    _ = try sample.store.checkpoint(of: "one", signedBy: sample.key)
    #expect(try sample.verified(kept: [forged]).words.map { $0.prefix(6) } == ["one:8 "])
  }

  @Test(
    "what is wrong behind a checkpoint by an unknown key is found, and a missing key is not all", arguments: [0, 5])
  func unknownKey(changed: Int) throws {
    let log = try TestLog()
    let store = try log.store()
    let keys = (0..<30).map { _ in AuditSigningKey(writer: "one") }
    for number in 1...30 {
      try store.append([.number(number)])
      _ = try store.checkpoint(of: "one", signedBy: keys[number - 1])
    }
    if changed > 0 { try log.tamper("UPDATE audit_record SET client = 'other' WHERE sequence = \(changed)") }
    let verification = try store.verified(keys: [keys[29].verification])
    #expect(verification.lacksKeysAlone == (changed == 0))
    #expect(verification.words.contains { $0.hasPrefix("one:5 is listed as") } == (changed == 5))
    #expect(
      verification.problems.count { $0.isMissingKey } == (changed == 0 ? 20 : 4), "a stranger can invent any number")
    #expect(verification.writers.map(\.signedThrough) == [changed == 0 ? 30 : 0])
  }

  @Test("a wrong signature by the name of a trusted key is no missing key")
  func wrongSignature() throws {
    let sample = try Sample(.sqlite)
    let other = try #require(try sample.store.checkpoint(of: "two", signedBy: sample.key)).text
    let own = try #require(sample.kept.text.split(separator: "\n").last)
    let mixed = sample.kept.text.replacing(own, with: try #require(other.split(separator: "\n").last))
    try sample.log.tamper("UPDATE audit_checkpoint SET note = '\(mixed)' WHERE writer = 'one' AND sequence = 8")
    let verification = try sample.verified()
    #expect(verification.words == ["one:8 has a checkpoint that no trusted key signed"])
    #expect(!verification.lacksKeysAlone)
  }

  @Test("image bytes changed or gone are found", arguments: ["", "other"], Backend.installed)
  func images(contents: String, backend: Backend) throws {
    let sample = try Sample(backend)
    if backend == .sqlite {
      let file = sample.log.imageFile(Self.seven)
      try FileManager.default.removeItem(atPath: file)
      if !contents.isEmpty {
        try sample.log.folder.file(String(file.dropFirst(sample.log.folder.path.count + 1)), contents)
      }
    } else if contents.isEmpty {
      try sample.log.tamper("DELETE FROM audit_image WHERE sha256 = '\(Self.seven)'")
    } else {
      try sample.log.tamper("UPDATE audit_image SET contents = 'other' WHERE sha256 = '\(Self.seven)'")
    }
    let found =
      contents.isEmpty ? "the bytes of \(Self.seven) are missing" : "the bytes kept as \(Self.seven) are different ones"
    #expect(try sample.verified().words.map { $0.hasPrefix(found) } == [true])
    let quick = try AuditVerifier(sample.store, keys: [sample.key.verification], checksImages: false).verify()
    #expect(quick.holds == !contents.isEmpty)
  }

  @Test("an old deletion does not excuse the loss of an image that came again", arguments: Backend.installed)
  func oldDeletion(backend: Backend) throws {
    let sample = try Sample(backend)
    let sha256 = Judged.kept(21).sha256
    try sample.store.append([.kept(21)], to: "two")
    #expect(try sample.verified().words == [])
    try sample.log.tamper("UPDATE audit_object SET state = 2, writer = 'two', sequence = 4 WHERE sha256 = '\(sha256)'")
    #expect(try sample.verified().words == ["the bytes of \(sha256) are said to be deleted, and no record says so"])
  }

  @Test("a damaged head is not built on", arguments: ["hash = 'x'", "sequence = 9223372036854775807", "sequence = -1"])
  func damagedHead(change: String) throws {
    let sample = try Sample(.sqlite)
    try sample.log.tamper("UPDATE audit_writer SET \(change) WHERE writer = 'one'")
    let error = #expect(throws: SluiceError.self) { try sample.store.append([.number(9)]) }
    #expect(error?.code == .auditUnavailable && error?.remedy != nil)
  }
}
