import AuditLog
import AuditLogPostgreSQL
import Pixels

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
  /// - Throws: `audit-unavailable`.
  package func open() throws(SluiceError) -> AuditStore {
    try folder.make()
    if let database {
      return try AuditStore(PostgreSQLDatabase(database), folder: folder.path, cipher: cipher)
    }
    return try AuditStore(SQLiteDatabase(path: folder.databasePath), folder: folder.path, cipher: cipher)
  }

  /// Opens a log that is there, without changing anything.
  ///
  /// - Throws: `audit-unavailable`, also where there is none.
  package func openForReading() throws(SluiceError) -> AuditStore {
    if let database {
      return try AuditStore(
        PostgreSQLDatabase(database, isReadOnly: true), folder: folder.path, cipher: cipher, isReadOnly: true)
    }
    try folder.checkHasDatabase()
    return try AuditStore(
      SQLiteDatabase(path: folder.databasePath, isReadOnly: true), folder: folder.path, cipher: cipher, isReadOnly: true
    )
  }

  /// Opens a log that is there, to add to it.
  ///
  /// - Throws: `audit-unavailable`, also where there is none.
  package func openForAdding() throws(SluiceError) -> AuditStore {
    if database == nil { try folder.checkHasDatabase() }
    return try open()
  }
}
