import Common

/// An audit log: chains of records in a database, and the quarantine of what was flagged.
///
/// Its calls wait for the disk or the network; they are made on threads that may. `AuditWriter` is for everybody else.
package struct AuditStore: Sendable {
  let database: any AuditDatabase
  let quarantine: any QuarantineStorage
  let cipher: QuarantineCipher
  /// Room to make room with; `nil` where the database is not in the folder.
  let reserve: DiskReserve?
  /// That of the tables; an older one than this program makes only where they are not written to.
  let form: Int

  /// Opens the log in a database, and makes its tables where there are none.
  ///
  /// - Parameters:
  ///   - folder: where images are kept, unless the database keeps them.
  ///   - isReadOnly: changes nothing, not even the form of the tables.
  /// - Throws: `audit-unavailable`, also for a database to write to that does something by itself.
  package init(
    _ database: any AuditDatabase, folder: String, cipher: QuarantineCipher = .none, isReadOnly: Bool = false
  ) throws(SluiceError) {
    self.database = database
    self.cipher = cipher
    quarantine = database.dialect.keepsImages ? QuarantineTable() : QuarantineFolder(path: "\(folder)/quarantine")
    reserve = database.dialect.keepsImages ? nil : DiskReserve(folder: folder)
    guard !isReadOnly else {
      form = try AuditSchema.form(database)
      return
    }
    try AuditSchema.migrate(database)
    form = AuditSchema.newest
  }
}

extension AuditStore {
  /// Writes as recording does, and leaves nothing: succeeds where records can be expected to be written.
  ///
  /// - Throws: `audit-unavailable`.
  func probe(_ writer: String) throws(SluiceError) {
    try quarantine.probe()
    try database.write { connection throws(SluiceError) in
      _ = try lockedHead(of: writer, connection)
      // Written anew although it stays the same: a transaction without changes would write nothing.
      try connection.execute("UPDATE audit_schema SET version = version", [])
    }
  }

  /// The last record of a chain.
  package struct Head: Sendable, Hashable {
    package let writer: String
    package let sequence: Int
    package let hash: String
  }

  /// Every chain there is, with its last record.
  package func heads() throws(SluiceError) -> [Head] {
    try database.read { connection throws(SluiceError) in
      try connection.rows("SELECT writer, sequence, hash FROM audit_writer ORDER BY writer", [])
    }.map { Head(writer: $0.text(0), sequence: $0.integer(1), hash: $0.text(2)) }
  }

  /// Every writer there is, and when it wrote its last record.
  package func newestRecords() throws(SluiceError) -> [(writer: String, time: AuditTime)] {
    try database.read { connection throws(SluiceError) in
      try connection.rows(
        """
        SELECT w.writer, r.time FROM audit_writer w JOIN audit_record r ON r.writer = w.writer AND r.sequence = w.sequence
        ORDER BY w.writer
        """, [])
    }.map { (writer: $0.text(0), time: AuditTime(microseconds: $0.integer(1))) }
  }
}
