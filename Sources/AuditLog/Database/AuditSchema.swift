import Common

/// The tables, and how older ones become them.
///
/// Columns beside `record` repeat what the record says, so that it can be found; the record itself is what counts, and
/// verification holds the columns against it.
package enum AuditSchema {
  /// Brings the database to a form; whatever changes does so in one transaction.
  ///
  /// - Throws: `audit-unavailable`, also for a database of a newer program, or one that does something by itself.
  static func migrate(_ database: any AuditDatabase, to form: Int = AuditSchema.newest) throws(SluiceError) {
    let steps = migrations(database.dialect).prefix(form)
    let isOlder = try database.write { connection throws(SluiceError) in
      try lockedVersion(connection, database.dialect, known: form) < form
    }
    guard isOlder else { return }
    try database.rebuild { (connection) throws(SluiceError) -> Void in
      let version = try lockedVersion(connection, database.dialect, known: form)
      for statement in steps[version...].flatMap(\.self) { try connection.execute(statement, []) }
      try connection.execute("DELETE FROM audit_schema", [])
      try connection.execute("INSERT INTO audit_schema (version) VALUES ($1)", [.integer(form)])
    }
  }

  /// The form that the tables have, which nobody else changes until the end of the transaction; 0 where there are none.
  private static func lockedVersion(
    _ connection: any SQLConnection, _ dialect: SQLDialect, known: Int
  ) throws(SluiceError) -> Int {
    if let lock = dialect.migrationLock { _ = try connection.rows(lock, []) }
    try DatabaseObject.checkNoneActs(connection, dialect)
    try connection.execute("CREATE TABLE IF NOT EXISTS audit_schema (version BIGINT NOT NULL)", [])
    let version = try Self.version(connection)
    guard (0...known).contains(version) else { throw tooNew(version, known) }
    return version
  }

  /// The form of a database that is only read: an older one is read as it is.
  ///
  /// - Throws: `audit-unavailable` for a database of a newer program, or without tables.
  static func form(_ database: any AuditDatabase) throws(SluiceError) -> Int {
    let version = try database.read { connection throws(SluiceError) in try Self.version(connection) }
    guard (1...newest).contains(version) else { throw tooNew(version, newest) }
    return version
  }

  /// The first form whose records have a column for the search that they belong to.
  package static let formWithSearches = 2
  static let newest = 2

  private static func version(_ connection: any SQLConnection) throws(SluiceError) -> Int {
    try connection.rows("SELECT MAX(version) FROM audit_schema", []).first?.optionalInteger(0) ?? 0
  }

  private static func tooNew(_ version: Int, _ known: Int) -> SluiceError {
    SluiceError(
      .auditUnavailable,
      "the tables of the audit log have form \(version); this program knows form \(known)",
      remedy: "use the program that wrote it")
  }

  private static func migrations(_ dialect: SQLDialect) -> [[String]] {
    [first + (dialect.keepsImages ? [images(dialect)] : []), searches]
  }

  /// Most records belong to no search: the index leaves them out.
  private static let searches = [
    "ALTER TABLE audit_record ADD COLUMN search TEXT",
    "CREATE INDEX audit_record_search ON audit_record (search, kind, time) WHERE search IS NOT NULL",
  ]

  private static let first = [
    """
    CREATE TABLE audit_writer (
      writer TEXT PRIMARY KEY, sequence BIGINT NOT NULL, hash TEXT NOT NULL)
    """,
    """
    CREATE TABLE audit_record (
      writer TEXT NOT NULL, sequence BIGINT NOT NULL, time BIGINT NOT NULL, kind TEXT NOT NULL,
      verdict TEXT, action TEXT, client TEXT, source TEXT, request TEXT, sha256 TEXT, filter TEXT,
      hash TEXT NOT NULL, record TEXT NOT NULL,
      PRIMARY KEY (writer, sequence))
    """,
    "CREATE INDEX audit_record_time ON audit_record (time, verdict)",
    "CREATE INDEX audit_record_verdict ON audit_record (verdict, time)",
    "CREATE INDEX audit_record_client ON audit_record (client, time, verdict)",
    "CREATE INDEX audit_record_kind ON audit_record (kind, time) WHERE kind <> 'verdict'",
    "CREATE INDEX audit_record_sha256 ON audit_record (sha256)",
    "CREATE INDEX audit_record_request ON audit_record (request)",
    """
    CREATE TABLE audit_flag (
      writer TEXT NOT NULL, sequence BIGINT NOT NULL, detector TEXT NOT NULL, time BIGINT NOT NULL,
      PRIMARY KEY (writer, sequence, detector))
    """,
    "CREATE INDEX audit_flag_detector ON audit_flag (detector, time)",
    """
    CREATE TABLE audit_review (
      sha256 TEXT PRIMARY KEY, label TEXT NOT NULL, class BIGINT, attack TEXT, note TEXT, reviewer TEXT NOT NULL,
      time BIGINT NOT NULL, writer TEXT NOT NULL, sequence BIGINT NOT NULL)
    """,
    """
    CREATE TABLE audit_object (
      sha256 TEXT PRIMARY KEY, bytes BIGINT NOT NULL, stored BIGINT NOT NULL, held BIGINT NOT NULL,
      state BIGINT NOT NULL, writer TEXT, sequence BIGINT)
    """,
    "CREATE INDEX audit_object_stored ON audit_object (state, held, stored)",
    """
    CREATE TABLE audit_checkpoint (
      writer TEXT NOT NULL, sequence BIGINT NOT NULL, time BIGINT NOT NULL, note TEXT NOT NULL,
      PRIMARY KEY (writer, sequence))
    """,
  ]

  private static func images(_ dialect: SQLDialect) -> String {
    "CREATE TABLE audit_image (sha256 TEXT PRIMARY KEY, contents \(dialect.bytesType) NOT NULL)"
  }
}
