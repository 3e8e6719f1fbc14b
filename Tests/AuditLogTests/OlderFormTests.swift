import AuditLog
import Common
import TestSupport
import Testing

/// A log that an older program wrote: six records of one chain, two checkpoints, a review and two deleted images.
struct OlderFormTests {
  private static func statements() throws -> [String] {
    let path = Repository.file("Tests/AuditLogTests/Fixtures/form-1.sql")
    let lines = String(decoding: try Repository.bytes(path), as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    // Notes of checkpoints have several lines; statements end with one.
    return lines.drop { $0.hasPrefix("--") }.joined(separator: "\n").split(separator: ";\n").map(String.init)
  }

  private static func keys() throws -> [AuditVerificationKey] {
    try AuditFolder.verificationKeys(in: Repository.file("Tests/AuditLogTests/Fixtures/form-1.pub")) ?? []
  }

  private static func log(_ backend: Backend) throws -> TestLog {
    let log = try TestLog(backend)
    let images = "CREATE TABLE audit_image (sha256 TEXT PRIMARY KEY, contents BYTEA NOT NULL)"
    try log.database().write { connection throws(SluiceError) in
      for statement in (try? statements()) ?? [] { try connection.execute(statement, []) }
      if backend == .postgreSQL { try connection.execute(images, []) }
    }
    return log
  }

  private static let kinds: [AuditKind] = [.opened, .verdict, .verdict, .verdict, .review, .pruned]

  private func check(_ store: AuditStore) throws {
    let verification = try store.verified(keys: Self.keys())
    #expect(verification.words == [] && verification.checkpoints >= 2)
    #expect(verification.writers.first?.name == "gateway-1")
    for (place, kind) in Self.kinds.enumerated() {
      #expect(try store.find("gateway-1:\(place + 1)").first?.kind == kind.rawValue)
    }
    var query = AuditQuery()
    #expect(try store.records(query, limit: 10).count == 3)
    query.detector = "squeezing-probabilities"
    #expect(try store.records(query, limit: 10).count == 1)
    #expect(try store.find("gateway-1:2").first?.review?.reviewer == "anna")
  }

  @Test("it is read as it is, where nothing may be written", arguments: Backend.installed)
  func readOnly(backend: Backend) throws {
    let log = try Self.log(backend)
    let store = try log.store(isReadOnly: true)
    try check(store)
    var query = AuditQuery()
    query.search = "aaaa0001"
    #expect(try store.records(query, limit: 10).isEmpty && store.count(query) == 0)
    (query.kind, query.search, query.isLastOfSearch) = (.search, nil, true)
    #expect(try store.records(query, limit: 10).isEmpty)
    #expect(try store.lastRecord(ofSearch: "aaaa0001") == nil)
    #expect(throws: SluiceError.self) { try store.find("aaaa0001") }
    #expect(try log.rows("SELECT version FROM audit_schema").map { $0.integer(0) } == [1])
  }

  @Test("a changed column is found in it as well", arguments: Backend.installed)
  func tampering(backend: Backend) throws {
    let log = try Self.log(backend)
    try log.tamper("UPDATE audit_record SET action = 'other' WHERE sequence = 2")
    #expect(try log.store(isReadOnly: true).verified(keys: Self.keys()).words.first?.hasPrefix("gateway-1:2 ") == true)
  }

  @Test(
    "it is gone on with: its records stay as they are, and new ones follow, also of searches",
    arguments: Backend.installed)
  func migrated(backend: Backend) throws {
    let log = try Self.log(backend)
    let before = try log.rows("SELECT hash, record FROM audit_record ORDER BY sequence")
    for round in 1...2 {
      let store = try log.store()
      try check(store)
      #expect(try log.rows("SELECT version FROM audit_schema").map { $0.integer(0) } == [2])
      let entry = AuditEntry(.search, ["search": .string("aaaa0001"), "questions": .integer(20 * round)])
      #expect(try store.append([entry], to: "gateway-1").first?.sequence == 6 + round)
      #expect(try store.lastRecord(ofSearch: "aaaa0001")?.reference.sequence == 6 + round)
    }
    let after = try log.rows("SELECT hash, record FROM audit_record ORDER BY sequence")
    #expect(Array(after.prefix(before.count)) == before && after.count == before.count + 2)
    #expect(try log.store(isReadOnly: true).verified(keys: Self.keys()).holds)
  }
}
