import AuditLog
import AuditLogPostgreSQL
import Common
import TestSupport
import Testing

/// What a commit waits for before a verdict leaves.
struct DurabilityTests {
  @Test("a commit to the embedded database waits for the disk")
  func embedded() throws {
    let log = try TestLog()
    let rows = try log.database().write { connection throws(SluiceError) in
      try connection.rows("PRAGMA synchronous", [])
    }
    #expect(rows.map { $0.integer(0) } == [2], "FULL: the log before the database is flushed at every commit")
  }

  @Test(
    "a commit to a shared database waits for its disk, and not without end for a lock, whatever its owner has set",
    .enabled(if: PostgreSQLServer.isInstalled, "needs PostgreSQL"))
  func shared() throws {
    let server = try #require(PostgreSQLServer.shared, "PostgreSQL does not start")
    let address = try server.freshDatabase()
    for setting in ["synchronous_commit = off", "lock_timeout = 3600000", "statement_timeout = 3600000"] {
      try server.execute(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET \(setting)', current_database()); END $$", in: address)
    }
    let settings = ["synchronous_commit", "lock_timeout", "statement_timeout"].map { "current_setting('\($0)')" }
    let database = try PostgreSQLDatabase(address)
    let rows = try database.write { connection throws(SluiceError) in
      try connection.rows("SELECT \(settings.joined(separator: ", "))", [])
    }
    #expect(rows == [SQLRow([.text("on"), .text("10s"), .text("0")])])
  }
}
