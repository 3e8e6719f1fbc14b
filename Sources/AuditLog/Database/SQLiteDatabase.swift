import Common
import Files
import FoundationEssentials
import GRDB

/// The embedded database: one SQLite file, written by one connection at a time and read by several meanwhile.
///
/// Several processes may have it open: a gateway that writes verdicts, a command that reviews them.
package final class SQLiteDatabase: AuditDatabase {
  package let dialect = SQLDialect(
    bytesType: "BLOB", lockingSuffix: "", migrationLock: nil, like: "LIKE", keepsImages: false,
    objects: "SELECT type, name, tbl_name, COALESCE(sql, '') FROM sqlite_schema")
  private let pool: any DatabaseWriter
  private let path: String
  /// Of a database that is written to; else `nil`.
  private let files: DatabaseFiles?

  /// How long one process waits for another's transaction.
  private static let patience = 10.0
  private static let readers = 4

  /// Opens the file, or creates it.
  ///
  /// - Parameters:
  ///   - isReadOnly: opens nothing for writing; the file must be there.
  /// - Throws: `audit-unavailable`.
  package init(path: String, isReadOnly: Bool = false) throws(SluiceError) {
    self.path = path
    var configuration = Configuration()
    configuration.busyMode = .timeout(Self.patience)
    configuration.maximumReaderCount = Self.readers
    configuration.readonly = isReadOnly
    configuration.label = "audit"
    // Records have about two kilobytes: of pages of four, each would waste nearly half.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA page_size = 8192") }
    do {
      guard isReadOnly else {
        // For its owner alone, and so are the files that SQLite puts beside it. Where this fails, opening says better why.
        try? PrivateFiles.create(path)
        let pool = try DatabasePool(path: path, configuration: configuration)
        // A verdict leaves once its record is on disk: the log before the database is flushed at every commit. The library's
        // own choice, NORMAL, survives the end of the process, but not of the machine.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        self.pool = pool
        files = DatabaseFiles(path)
        return
      }
      pool = try DatabaseQueue(path: Self.readablePath(path), configuration: configuration)
      files = nil
    } catch {
      throw Self.unavailable(error, path)
    }
  }

  /// An empty database in memory.
  private init() throws(SluiceError) {
    path = ":memory:"
    files = nil
    do { pool = try DatabaseQueue() } catch { throw Self.unavailable(error, ":memory:") }
  }

  /// Even to read, SQLite makes a file beside the database. Where nobody can make one, nobody changes the database either, and it can
  /// be told so – unless changes are left in such a file (`-wal`), which it would then pass over: SQLite reads or refuses those.
  private static func readablePath(_ path: String) -> String {
    guard PrivateFiles.isUnchangeable(path.containingFolder), FileStatus(path + "-wal")?.byteCount ?? 0 == 0 else {
      return path
    }
    let escaped = path.replacing("%", with: "%25").replacing("?", with: "%3f").replacing("#", with: "%23")
    // A path with two slashes in front would be that of another machine.
    return "file:\(path.hasPrefix("/") ? "//" : "")\(escaped)?immutable=1"
  }

  package func read<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    do {
      return try pool.read { try work(SQLiteConnection(database: $0, path: path)) }
    } catch {
      throw Self.unavailable(error, path)
    }
  }

  package func write<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    do {
      return try pool.write { try inPlace(work, SQLiteConnection(database: $0, path: path)) }
    } catch {
      throw Self.unavailable(error, path)
    }
  }

  /// Looks at the files before anything is done, also to what lies beside them, and again before it counts as written.
  private func inPlace<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result, _ connection: SQLiteConnection
  ) throws(SluiceError) -> Result {
    try files?.checkAreInPlace()
    let result = try work(connection)
    try files?.checkAreInPlace()
    return result
  }

  /// What the same statements make of an empty database.
  package func objects(ofForm form: Int) throws(SluiceError) -> [DatabaseObject] {
    let model = try SQLiteDatabase()
    try AuditSchema.migrate(model, to: form)
    return try model.read { connection throws(SluiceError) in try DatabaseObject.all(connection, dialect) }
  }

  package func damage(ofForm _: Int, _ connection: any SQLConnection) throws(SluiceError) -> String? {
    let found = try connection.rows("PRAGMA integrity_check(1)", []).first?.text(0) ?? ""
    guard found != "ok" else { return nil }
    return "the database is damaged: \(found.split(whereSeparator: \.isNewline).joined(separator: " "))"
  }

  fileprivate static func unavailable(_ error: any Error, _ path: String) -> SluiceError {
    if let error = error as? SluiceError { return error }
    guard let error = error as? DatabaseError else {
      return SluiceError(.auditUnavailable, "the audit log \(path) cannot be used: \(error)")
    }
    return SluiceError(
      .auditUnavailable, "the audit log \(path) cannot be used: \(error.message ?? "SQLite error \(error.resultCode)")",
      remedy: remedy(error.resultCode, path))
  }

  private static func remedy(_ code: ResultCode, _ path: String) -> String? {
    switch code {
    case .SQLITE_FULL: makingRoom
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: "give this user the right to write to it and to its folder"
    case .SQLITE_CANTOPEN: "check that its folder exists and may be written"
    case .SQLITE_NOTADB, .SQLITE_CORRUPT:
      "set its whole folder aside for examination, and start a new log or restore a copy"
    case .SQLITE_BUSY, .SQLITE_LOCKED: "another process has held it too long"
    // Even to read, SQLite makes a file beside the database, and says no more than this where there is no room for it.
    case .SQLITE_IOERR: DiskRoom.isUsedUp(path.containingFolder) ? makingRoom : "check its disk"
    default: nil
    }
  }

  private static let makingRoom = "make room on its disk, for instance with `sluice audit prune`"
}

private struct SQLiteConnection: SQLConnection {
  let database: Database
  let path: String

  func execute(_ sql: String, _ values: [SQLValue]) throws(SluiceError) {
    do {
      try database.cachedStatement(sql: numbered(sql)).execute(arguments: arguments(values))
    } catch {
      throw SQLiteDatabase.unavailable(error, path)
    }
  }

  func rows(_ sql: String, _ values: [SQLValue]) throws(SluiceError) -> [SQLRow] {
    do {
      let statement = try database.cachedStatement(sql: numbered(sql))
      let cursor = try Row.fetchCursor(statement, arguments: arguments(values))
      var rows: [SQLRow] = []
      while let row = try cursor.next() {
        rows.append(SQLRow(try (0..<row.count).map { try value(row, $0) }))
      }
      return rows
    } catch {
      throw SQLiteDatabase.unavailable(error, path)
    }
  }

  /// To SQLite `$2` is a name, whose number is that of its first occurrence; `?2` is the second value wherever it stands.
  private func numbered(_ sql: String) -> String {
    let (dollar, questionMark) = (UInt8(ascii: "$"), UInt8(ascii: "?"))
    return String(decoding: sql.utf8.map { $0 == dollar ? questionMark : $0 }, as: UTF8.self)
  }

  /// The library reads and writes text up to a zero character only, and repairs what is no UTF-8: what a stranger has put there would
  /// stay unseen, and a place behind it would never be reached. Nobody else writes such text, and here it is no text.
  private func value(_ row: Row, _ column: Int) throws -> SQLValue {
    let value = SQLValue(row[column] as DatabaseValue)
    guard case .text(let text) = value else { return value }
    return try row.withUnsafeData(atIndex: column) { data in
      guard let data, !text.utf8.elementsEqual(data) else { return value }
      return .bytes([UInt8](data))
    }
  }

  private func arguments(_ values: [SQLValue]) -> StatementArguments {
    StatementArguments(values.map(\.databaseValue))
  }
}

extension SQLValue {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let number): self = .integer(Int(number))
    case .double(let number): self = .real(number)
    case .string(let text): self = .text(text)
    case .blob(let data): self = .bytes([UInt8](data))
    }
  }

  fileprivate var databaseValue: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let number): number.databaseValue
    case .real(let number): number.databaseValue
    case .text(let text): text.databaseValue
    case .bytes(let bytes): Data(bytes).databaseValue
    }
  }
}
