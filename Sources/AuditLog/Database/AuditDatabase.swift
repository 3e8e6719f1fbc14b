import Common

/// Where the tables of an audit log lie.
///
/// Everything above it is written once, in the SQL that its databases share: parameters are `$1`, `$2`, …, and what
/// differs is in the dialect. Calls wait for the disk, so they are made on threads that may.
package protocol AuditDatabase: Sendable {
  var dialect: SQLDialect { get }

  /// Runs queries that all see the same state of the database.
  ///
  /// - Throws: `audit-unavailable`; what the work throws.
  func read<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result

  /// Runs a transaction. When it returns, what was written is durable; when it throws, nothing was.
  ///
  /// - Throws: `audit-unavailable`; what the work throws.
  func write<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result

  /// The same for what may take the database long, such as making an index of all that there is.
  ///
  /// - Throws: `audit-unavailable`; what the work throws.
  func rebuild<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result

  /// What a log with tables of a form consists of where nobody has changed them, as the database describes it.
  ///
  /// - Throws: `audit-unavailable`.
  func objects(ofForm form: Int) throws(SluiceError) -> [DatabaseObject]

  /// Damage that queries would pass over, such as rows that an index leaves out: the first, in words; `nil` for none.
  ///
  /// - Throws: `audit-unavailable`.
  /// - Complexity: O(bytes of the database).
  func damage(ofForm form: Int, _ connection: any SQLConnection) throws(SluiceError) -> String?
}

extension AuditDatabase {
  package func rebuild<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    try write(work)
  }
}

/// A connection within a transaction.
package protocol SQLConnection {
  /// - Throws: `audit-unavailable`.
  func execute(_ sql: String, _ values: [SQLValue]) throws(SluiceError)

  /// All rows of a result; whoever asks sets a limit.
  ///
  /// - Throws: `audit-unavailable`.
  func rows(_ sql: String, _ values: [SQLValue]) throws(SluiceError) -> [SQLRow]
}

/// Where the databases' languages differ.
package struct SQLDialect: Sendable, Hashable {
  /// The type of a column of bytes.
  package var bytesType: String
  /// Ends a query whose rows nobody else may change until the end of the transaction.
  package var lockingSuffix: String
  /// The same, but rows that somebody else changes are left out: who takes many in an order of their own must not wait.
  package var passingSuffix: String { lockingSuffix.isEmpty ? "" : lockingSuffix + " SKIP LOCKED" }
  /// A statement that lets one program at a time change the form of the tables; `nil` where a transaction does.
  package var migrationLock: String?
  /// An operator that compares text without regard to case.
  package var like: String
  /// Whether images lie in the database as well, because several machines share it.
  package var keepsImages: Bool
  /// A query for the kind, name, table and definition of all that a log consists of, and of what else acts on its tables.
  package var objects: String

  package init(
    bytesType: String, lockingSuffix: String, migrationLock: String?, like: String, keepsImages: Bool, objects: String
  ) {
    self.migrationLock = migrationLock
    self.bytesType = bytesType
    self.lockingSuffix = lockingSuffix
    self.like = like
    self.keepsImages = keepsImages
    self.objects = objects
  }
}

extension SluiceError.Code {
  /// The log cannot be read or written: no room, no permission, no connection, a damaged file.
  package static let auditUnavailable = SluiceError.Code("audit-unavailable")
}
