import AuditLog
import Common

/// A PostgreSQL server, which several gateways share; reached through libpq.
///
/// Calls wait for the server on the thread that makes them. One connection writes and a few read, opened when they are first
/// needed; who finds none free waits for one, so the work must not call the database again. Rejected alternative: a client
/// that answers through an event loop, which would bring a second kind of waiting into code that waits for a disk elsewhere.
package final class PostgreSQLDatabase: AuditDatabase {
  package let dialect = SQLDialect(
    bytesType: "BYTEA", lockingSuffix: " FOR UPDATE",
    migrationLock: "SELECT 1 FROM (SELECT pg_advisory_xact_lock(7959386436)) AS locked", like: "ILIKE",
    keepsImages: true, objects: ServerCatalogue.objects)
  private let address: ServerAddress
  private let isReadOnly: Bool
  /// How long the server may say nothing while it is written to, and while it is read from.
  private let patience: (writing: Duration?, reading: Duration?)
  private let writer = ConnectionPool(places: 1)
  private let readers = ConnectionPool(places: 4)

  /// Remembers where the server is; the first call connects.
  ///
  /// - Parameters:
  ///   - connectionString: as libpq reads it, `postgresql://…` or `host=… dbname=…`. It may hold a password, so no message
  ///     repeats it.
  ///   - isReadOnly: refuses to write.
  ///   - patience: how long the server may say nothing to a statement that writes, longer than it waits for a lock. Pages of a large log
  ///     may take longer. Whoever only reads waits as long as it takes: to verify a log, one statement goes through all of it.
  /// - Throws: `audit-unavailable` for a string that cannot be read.
  package init(
    _ connectionString: String, isReadOnly: Bool = false, patience: Duration = .seconds(15)
  ) throws(SluiceError) {
    address = try ServerAddress(connectionString)
    self.isReadOnly = isReadOnly
    self.patience = (writing: patience, reading: isReadOnly ? nil : patience * 4)
  }

  package func read<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    try transaction(readers, patience.reading, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", work)
  }

  /// Where the connection breaks during the commit, or the server does not answer, nobody can tell whether it took place; the error
  /// says so.
  package func write<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    try write(patience.writing, work)
  }

  package func rebuild<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    try write(nil, work)
  }

  private func write<Result>(
    _ patience: Duration?, _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    guard !isReadOnly else {
      throw SluiceError(.auditUnavailable, "the audit log has been opened for reading only")
    }
    // Not READ WRITE: a server that only reads would answer that with a code that says less.
    return try transaction(writer, patience, "BEGIN ISOLATION LEVEL READ COMMITTED", work)
  }

  package func objects(ofForm form: Int) -> [DatabaseObject] { ServerObjects.all(ofForm: form) }

  /// Counts the rows of each index that is as it should be, and those of its table.
  ///
  /// Rejected alternative: to verify without any index. Records are read a block at a time, and each would go through the whole table.
  package func damage(ofForm form: Int, _ connection: any SQLConnection) throws(SluiceError) -> String? {
    let there = Set(try DatabaseObject.all(connection, dialect))
    for index in ServerObjects.indexes(ofForm: form) where there.contains(index.object) {
      _ = try connection.rows(ServerCatalogue.reading(fromIndexes: true), [])
      let listed = try connection.rows(index.listedRows, []).first?.integer(0)
      _ = try connection.rows(ServerCatalogue.reading(fromIndexes: false), [])
      let rows = try connection.rows(index.rowsOfTable, []).first?.integer(0)
      guard listed == rows else {
        return "the index \(index.name) is damaged: it leads to \(listed ?? 0) of \(rows ?? 0) rows"
      }
    }
    return nil
  }

  private func transaction<Result>(
    _ pool: ConnectionPool, _ patience: Duration?, _ begin: String,
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    var place = pool.take()
    defer { pool.giveBack(place) }
    let connection = try begun(&place, patience, begin)
    do throws(SluiceError) {
      let result = try work(connection)
      try connection.commit()
      return result
    } catch {
      connection.rollBack()
      throw error
    }
  }

  /// A connection in a new transaction.
  ///
  /// One that has broken while nobody used it is replaced here, where nothing has been done yet. A transaction that breaks
  /// later is not repeated: it throws, and the next one connects again. So does one whose server says nothing, which would be waited
  /// for twice.
  private func begun(
    _ place: inout PostgreSQLConnection?, _ patience: Duration?, _ begin: String
  ) throws(SluiceError) -> PostgreSQLConnection {
    if let idle = place {
      idle.patience = patience
      do throws(SluiceError) {
        try idle.command(begin)
        return idle
      } catch {
        guard idle.isBroken, !idle.isGivenUp else { throw error }
        place = nil
      }
    }
    let fresh = try PostgreSQLConnection(address, patience: patience)
    place = fresh
    try fresh.command(begin)
    return fresh
  }
}
