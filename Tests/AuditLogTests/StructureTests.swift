import AuditLog
import Common
import TestSupport
import Testing

/// Tables and indexes that a stranger has made anew, so that queries pass over rows or find too many.
struct StructureTests {
  private static func log(_ backend: Backend) throws -> (log: TestLog, store: AuditStore) {
    let log = try TestLog(backend)
    let store = try log.store()
    try store.append([.kept(1), .kept(2)])
    _ = try store.hold(Judged.kept(1).sha256, isHeld: true, note: nil, reviewer: "anna", by: "one")
    return (log, store)
  }

  private func check(_ change: Change, _ backend: Backend) throws {
    let (log, store) = try Self.log(backend)
    #expect(try store.verified().words == [])
    try log.tamper(change.statements)
    for reader in try [store, log.store(isReadOnly: true)] {
      let words = try reader.verified().words
      #expect(words.first?.hasPrefix(change.found) == true, "\(words)")
    }
  }

  private static let narrowIndexes = [
    "DROP INDEX audit_record_sha256", "CREATE INDEX audit_record_sha256 ON audit_record (sha256) WHERE kind <> 'hold'",
  ]

  @Test(
    "what is not as this program makes it is named",
    arguments: [
      Change(
        "an index of a part", "the index audit_record_sha256 is not as this program makes it", narrowIndexes[0],
        narrowIndexes[1]),
      Change("no index", "the index audit_record_time is missing", "DROP INDEX audit_record_time"),
      Change(
        "another index", "the database has something that this program never makes: index more",
        "CREATE INDEX more ON audit_record (hash)"),
      Change(
        "another column", "the table audit_flag is not as this program makes it",
        "ALTER TABLE audit_flag ADD COLUMN more TEXT"),
    ], Backend.installed)
  func changed(change: Change, backend: Backend) throws { try check(change, backend) }

  @Test(
    "what SQLite is told of an index or a table is held against what is there",
    arguments: [
      Change(
        "an index of a part that is said to be whole", "the database is damaged: ", narrowIndexes[0], narrowIndexes[1],
        "PRAGMA writable_schema = ON",
        """
        UPDATE sqlite_schema SET sql = 'CREATE INDEX audit_record_sha256 ON audit_record (sha256)'
        WHERE name = 'audit_record_sha256'
        """),
      Change(
        "a table without its key", "the table audit_review is not as this program makes it", "DROP TABLE audit_review",
        """
        CREATE TABLE audit_review (
          sha256 TEXT, label TEXT NOT NULL, class BIGINT, attack TEXT, note TEXT, reviewer TEXT NOT NULL,
          time BIGINT NOT NULL, writer TEXT NOT NULL, sequence BIGINT NOT NULL)
        """),
      Change(
        "a view", "the database has something that this program never makes: view more",
        "CREATE VIEW more AS SELECT 1"),
      Change(
        "a trigger with a name that steers a terminal",
        "the database has something that this program never makes: trigger m\u{FFFD}re",
        "CREATE TRIGGER \"m\u{202E}re\" BEFORE DELETE ON audit_flag BEGIN SELECT 1; END"),
    ])
  func changedSQLite(change: Change) throws { try check(change, .sqlite) }

  @Test(
    "what PostgreSQL is told of an index or a table is held against what is there",
    .enabled(if: PostgreSQLServer.isInstalled, "needs PostgreSQL"),
    arguments: [
      Change(
        "an index of a part that is said to be whole",
        "the index audit_record_sha256 is damaged: it leads to 2 of 3 rows", narrowIndexes[0], narrowIndexes[1],
        "UPDATE pg_index SET indpred = NULL WHERE indexrelid = 'audit_record_sha256'::regclass"),
      Change(
        "a table without its key", "the index audit_review_pkey is missing",
        "ALTER TABLE audit_review DROP CONSTRAINT audit_review_pkey"),
      Change(
        "a rule", "the database has something that this program never makes: rule more",
        "CREATE RULE more AS ON INSERT TO audit_flag DO INSTEAD NOTHING"),
      Change(
        "a policy", "the database has something that this program never makes: policy more",
        "CREATE POLICY more ON audit_flag USING (false)"),
      Change(
        "a table that is hidden from some users",
        "the database has something that this program never makes: table of another kind audit_flag",
        "ALTER TABLE audit_flag ENABLE ROW LEVEL SECURITY"),
      Change(
        "a table that a crash empties",
        "the database has something that this program never makes: table of another kind audit_flag",
        "ALTER TABLE audit_flag SET UNLOGGED"),
      Change(
        "rows of another table", "the database has something that this program never makes: child table more",
        "CREATE TABLE more () INHERITS (audit_flag)"),
      Change(
        "an index that is not used", "the index audit_record_time is not as this program makes it",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'audit_record_time'::regclass"),
    ])
  func changedPostgreSQL(change: Change) throws { try check(change, .postgreSQL) }

  /// Each keeps records of one source out, changes them, or leaves the head of the chain where it was.
  private static let sqliteTriggers = [
    "BEFORE INSERT ON audit_record WHEN NEW.source = 'secret.png' BEGIN SELECT RAISE(IGNORE); END",
    "AFTER INSERT ON audit_record WHEN NEW.source = 'secret.png' BEGIN DELETE FROM audit_record WHERE source = 'secret.png'; END",
    """
    AFTER INSERT ON audit_record WHEN NEW.source = 'secret.png'
    BEGIN UPDATE audit_record SET hash = 'x' WHERE source = 'secret.png'; END
    """,
    """
    BEFORE UPDATE ON audit_writer WHEN EXISTS (SELECT 1 FROM audit_record WHERE source = 'secret.png')
    BEGIN SELECT RAISE(IGNORE); END
    """,
  ]

  @Test("records that a trigger keeps out are not taken for recorded", arguments: sqliteTriggers)
  func trigger(definition: String) throws {
    let (log, store) = try Self.log(.sqlite)
    try log.tamper("CREATE TRIGGER planted \(definition)")
    try checkRefusal(log, store)
    try log.tamper("DROP TRIGGER planted")
    try checkRecovery(log, store)
  }

  @Test(
    "records that a trigger of PostgreSQL keeps out are not taken for recorded",
    .enabled(if: PostgreSQLServer.isInstalled, "needs PostgreSQL"))
  func triggerPostgreSQL() throws {
    let (log, store) = try Self.log(.postgreSQL)
    try log.tamper(
      "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
      """
      CREATE TRIGGER planted BEFORE INSERT ON audit_record FOR EACH ROW WHEN (NEW.source = 'secret.png')
      EXECUTE FUNCTION nothing()
      """)
    try checkRefusal(log, store)
    try log.tamper("DROP TRIGGER planted ON audit_record")
    try checkRecovery(log, store)
  }

  private func checkRefusal(_ log: TestLog, _ store: AuditStore) throws {
    let before = try store.heads()
    let secret = Judged(source: "secret.png")
    for images in [[secret], [.number(3), secret, .number(4)]] as [[Judged]] {
      let error = #expect(throws: SluiceError.self) { try store.append(images) }
      #expect(error?.code == .auditUnavailable && error?.remedy?.contains("trigger") == true, "\(error as Any)")
    }
    #expect(try store.heads() == before)
    let refusal = #expect(throws: SluiceError.self) { try log.store() }
    #expect(refusal?.code == .auditUnavailable && refusal?.message.hasSuffix(": trigger planted") == true)
    #expect(
      try log.store(isReadOnly: true).verified().words == [
        "the database has something that this program never makes: trigger planted"
      ])
  }

  private func checkRecovery(_ log: TestLog, _ store: AuditStore) throws {
    try store.append([Judged(source: "secret.png")])
    #expect(try log.store().verified().words == [])
  }
}
