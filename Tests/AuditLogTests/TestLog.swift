import AuditLog
import AuditLogPostgreSQL
import AuditTestSupport
import Common
import Crypto
import Foundation
import TestSupport
import Testing

/// The databases that a log can lie in. The tests of the store run on each that is installed.
enum Backend: String, Sendable, CustomTestStringConvertible {
  case sqlite = "SQLite"
  case postgreSQL = "PostgreSQL"

  static let installed: [Backend] = PostgreSQLServer.isInstalled ? [.sqlite, .postgreSQL] : [.sqlite]
  var testDescription: String { rawValue }
}

@Test(
  "the tests of the store run on PostgreSQL as well",
  .enabled(if: PostgreSQLServer.isInstalled, "needs PostgreSQL; without it they run on SQLite alone"))
func postgreSQLStarts() {
  #expect(PostgreSQLServer.shared != nil)
}

/// A log of its own for a test.
final class TestLog: Sendable {
  let backend: Backend
  let folder: TemporaryFolder
  private let connection: String

  init(_ backend: Backend = .sqlite) throws {
    self.backend = backend
    folder = try TemporaryFolder()
    guard backend == .postgreSQL else {
      connection = ""
      return
    }
    connection = try #require(PostgreSQLServer.shared, "PostgreSQL does not start").freshDatabase()
  }

  var file: String { "\(folder.path)/audit.sqlite" }
  var quarantine: String { "\(folder.path)/quarantine" }
  func imageFile(_ sha256: String) -> String { "\(quarantine)/\(sha256.prefix(2))/\(sha256)" }

  /// Keeps this log, and so its folder, for as long as it is used.
  func database(isReadOnly: Bool = false) throws -> any AuditDatabase {
    let base: any AuditDatabase =
      backend == .sqlite
      ? try SQLiteDatabase(path: file, isReadOnly: isReadOnly)
      : try PostgreSQLDatabase(connection, isReadOnly: isReadOnly)
    return OwningDatabase(base: base, log: self)
  }

  // Inlined twice into an asynchronous test, it makes the optimiser of Swift 6.3 crash.
  @inline(never)
  func store(cipher: QuarantineCipher = .none, isReadOnly: Bool = false) throws -> AuditStore {
    try AuditStore(
      database(isReadOnly: isReadOnly), folder: folder.path, cipher: cipher, isReadOnly: isReadOnly)
  }

  /// Changes the tables past the program.
  func tamper(_ statements: String...) throws { try tamper(statements) }

  func tamper(_ statements: [String]) throws {
    try database().write { connection throws(SluiceError) in
      for statement in statements { try connection.execute(statement, []) }
    }
  }

  /// Puts other bytes in the place of a kept image.
  func putIntoQuarantine(_ contents: String, as sha256: String) throws {
    if backend == .sqlite {
      try folder.file("quarantine/\(sha256.prefix(2))/\(sha256)", contents)
    } else {
      try tamper("UPDATE audit_image SET contents = convert_to('\(contents)', 'UTF8') WHERE sha256 = '\(sha256)'")
    }
  }

  func rows(_ sql: String) throws -> [SQLRow] {
    try database().read { connection throws(SluiceError) in try connection.rows(sql, []) }
  }

  /// Gives a record another text, and with it all that follow, so that hashes are right again.
  func rewrite(_ writer: String, from sequence: Int, _ change: (String) -> String) throws {
    let records = try rows(
      "SELECT sequence, hash, record FROM audit_record WHERE writer = '\(writer)' ORDER BY sequence")
    var previous = sequence > 1 ? records[sequence - 2].text(1) : String(repeating: "0", count: 64)
    try database().write { connection throws(SluiceError) in
      for row in records[(sequence - 1)...] {
        let text = row.integer(0) == sequence ? change(row.text(2)) : row.text(2)
        previous = referenceHash(text, after: previous)
        try connection.execute(
          "UPDATE audit_record SET record = $1, hash = $2 WHERE writer = $3 AND sequence = $4",
          [.text(text), .text(previous), .text(writer), .integer(row.integer(0))])
      }
      try connection.execute("UPDATE audit_writer SET hash = $1 WHERE writer = $2", [.text(previous), .text(writer)])
    }
  }
}

/// A database that keeps its log, and so its folder, for as long as it is used.
private struct OwningDatabase: ForwardingDatabase {
  let base: any AuditDatabase
  let log: TestLog
}

/// The chain's formula, as its description has it.
func referenceHash(_ text: String, after previous: String) -> String {
  digest(Array("sluice audit record 1\n\(previous)\n\(text)".utf8))
}

func digest(_ bytes: [UInt8]) -> String {
  SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
}

/// What gateways record of an image, in short.
struct Judged {
  var verdict = "adversarial"
  var action = "flagged"
  var request: String?
  var client: String?
  var source = "image.png"
  var filter = String(repeating: "f", count: 64)
  var detectors: [String: Bool] = [:]
  var bytes: [UInt8] = []
  var isKept = false
  var time = AuditTime.now

  var sha256: String { digest(bytes) }

  var entry: AuditEntry {
    AuditEntry(
      .verdict, time: time,
      [
        "request": request.map(JSONValue.string), "client": client.map(JSONValue.string), "source": .string(source),
        "sha256": .string(sha256), "verdict": .string(verdict), "action": .string(action),
        "filter": .object(["name": .string("test"), "digest": .string(filter)]),
        "detectors": .array(
          detectors.sorted { $0.key < $1.key }.map {
            .object(["name": .string($0.key), "flagged": .bool($0.value)])
          }),
        "quarantined": .bool(isKept),
      ], image: isKept ? QuarantinedImage(sha256: sha256, bytes: bytes) : nil)
  }

  static func number(_ number: Int) -> Judged { Judged(bytes: Array("image \(number)".utf8)) }

  /// The same with its bytes in the quarantine.
  static func kept(_ number: Int, time: AuditTime = .now) -> Judged {
    Judged(bytes: Array("image \(number)".utf8), isKept: true, time: time)
  }
}

extension ImageReview {
  init(_ image: Judged, _ label: Label, note: String? = nil, reviewer: String = "anna", time: AuditTime = .now) {
    self.init(sha256: image.sha256, label: label, note: note, reviewer: reviewer, time: time)
  }
}

extension AuditStore {
  /// Adds images to the chain `one`.
  @discardableResult func append(_ images: [Judged], to writer: String = "one") throws -> [AuditReference] {
    try append(images.map(\.entry), to: writer)
  }

  func verified(keys: [AuditVerificationKey] = [], kept: [SignedCheckpoint] = []) throws -> Verification {
    try AuditVerifier(self, keys: keys, kept: kept).verify()
  }
}

extension Verification {
  /// The problems in a line each.
  var words: [String] { problems.map { "\($0.reference.map { "\($0) " } ?? "")\($0.what)" } }
}

/// Numbers that are the same on every run.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
