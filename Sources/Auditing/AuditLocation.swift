import AuditLog
import AuditLogPostgreSQL
import Common

/// Where an audit log is, and what it takes to read it.
package struct AuditLocation: Sendable {
  package var folder: AuditFolder
  /// How a shared PostgreSQL is reached, as libpq takes it; `nil` for the database in the folder.
  package var database: String?
  package var cipher: QuarantineCipher

  package init(folder: AuditFolder, database: String? = nil, cipher: QuarantineCipher = .none) {
    self.folder = folder
    self.database = database
    self.cipher = cipher
  }

  /// Opens the log for writing, and makes what is not there yet.
  ///
  /// - Throws: `audit-unavailable`, also for a folder of somebody else, or that others may write to.
  package func open() throws(SluiceError) -> AuditStore {
    try folder.make()
    if let database { return try shared(database) }
    // One at a time: SQLite does not wait for another process that gives a new file its form.
    let store = try folder.alone { () throws(SluiceError) in
      try AuditStore(SQLiteDatabase(path: folder.databasePath), folder: folder.path, cipher: cipher)
    }
    folder.reserve.take()
    return store
  }

  private func shared(_ database: String) throws(SluiceError) -> AuditStore {
    try AuditStore(PostgreSQLDatabase(database), folder: folder.path, cipher: cipher)
  }

  /// Opens a log that is there, without changing anything.
  ///
  /// - Parameters:
  ///   - remedy: what helps where there is none.
  /// - Throws: `audit-unavailable`, also where there is none.
  package func openForReading(
    otherwise remedy: String = AuditFolder.namingRemedy
  ) throws(SluiceError) -> AuditStore {
    if let database {
      return try AuditStore(
        PostgreSQLDatabase(database, isReadOnly: true), folder: folder.path, cipher: cipher, isReadOnly: true)
    }
    try folder.checkHasDatabase(otherwise: remedy)
    return try AuditStore(
      SQLiteDatabase(path: folder.databasePath, isReadOnly: true), folder: folder.path, cipher: cipher, isReadOnly: true
    )
  }

  /// Opens a log that is there, to add to it.
  ///
  /// - Throws: `audit-unavailable`, also where there is none.
  package func openForAdding() throws(SluiceError) -> AuditStore {
    if let database { return try shared(database) }
    try folder.checkHasDatabase()
    return try open()
  }

  /// Opens a log that is there, to make room: with the room that is kept for it, where the disk is too full even to open.
  ///
  /// - Throws: `audit-unavailable`, also where there is none.
  package func openForPruning() throws(SluiceError) -> AuditStore {
    do throws(SluiceError) { return try openForAdding() } catch {
      guard database == nil, folder.reserve.release() else { throw error }
      return try openForAdding()
    }
  }
}
