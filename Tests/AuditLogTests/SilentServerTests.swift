import AuditLog
import AuditLogPostgreSQL
import Common
import TestSupport
import Testing

/// A server that is there, and does not answer.
@Suite(.enabled(if: PostgreSQLServer.isInstalled, "needs PostgreSQL"))
struct SilentServerTests {
  /// Longer than any statement below takes by itself.
  private static let patience = 2

  private static func database() throws -> PostgreSQLDatabase {
    let server = try #require(PostgreSQLServer.shared, "PostgreSQL does not start")
    return try PostgreSQLDatabase(server.freshDatabase(), patience: .seconds(patience))
  }

  private static func answer(_ database: PostgreSQLDatabase) throws -> [Int] {
    try database.write { connection throws(SluiceError) in try connection.rows("SELECT 7", []) }.map { $0.integer(0) }
  }

  @Test("it is given up, and the next transaction connects again")
  func silence() throws {
    let database = try Self.database()
    #expect(try Self.answer(database) == [7])
    let error = #expect(throws: SluiceError.self) {
      try database.write { connection throws(SluiceError) in try connection.execute("SELECT pg_sleep(60)", []) }
    }
    #expect(error?.code == .auditUnavailable && error?.remedy != nil, "\(error as Any)")
    #expect(error?.message.contains("has not answered for \(Self.patience) seconds") == true, "\(error as Any)")
    #expect(error?.message.contains("unknown") == false)
    #expect(try Self.answer(database) == [7])
  }

  @Test("where it does not answer to a commit, it is said that nobody knows whether it took place")
  func silentCommit() throws {
    let database = try Self.database()
    try database.write { connection throws(SluiceError) in
      for statement in [
        "CREATE TABLE slow (number BIGINT)",
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END'",
        """
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        EXECUTE FUNCTION wait()
        """,
      ] { try connection.execute(statement, []) }
    }
    let error = #expect(throws: SluiceError.self) {
      try database.write { connection throws(SluiceError) in try connection.execute("INSERT INTO slow VALUES (1)", []) }
    }
    #expect(error?.message.contains("whether it took place is unknown") == true, "\(error as Any)")
    #expect(try Self.answer(database) == [7])
  }

  @Test("what may take long is waited for")
  func longWork() throws {
    let database = try Self.database()
    let rows = try database.rebuild { connection throws(SluiceError) in
      try connection.rows("SELECT pg_sleep(\(Self.patience + 1)), 7", [])
    }
    #expect(rows.map { $0.integer(1) } == [7])
  }

  @Test("results of any length come whole, with what they are asked by")
  func longResults() throws {
    let database = try Self.database()
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 256) }
    let rows = try database.write { connection throws(SluiceError) in
      try connection.rows("SELECT $1, number FROM generate_series(1, 3) AS number", [.bytes(bytes)])
    }
    #expect(rows.map { $0.integer(1) } == [1, 2, 3] && rows.allSatisfy { $0.bytes(0) == bytes })
  }
}
