import AuditLog
import CPostgreSQL
import Common
import Glibc

/// One connection to the server, used by one thread at a time.
@safe final class PostgreSQLConnection: SQLConnection {
  /// How long the server may say nothing to a statement; `nil` for as long as it likes.
  var patience: Duration?
  /// Whether the server has said nothing for longer. What it does with the statement nobody knows, so the connection is of no more use.
  private(set) var isGivenUp = false
  private let handle: OpaquePointer
  private var statements: [String: Statement] = [:]
  private var prepared = 0

  /// A query that the server has read and planned already.
  private struct Statement {
    let name: String
    let types: [Oid]
  }

  /// Statements that a connection keeps; queries for records come in many forms.
  private static let mostStatements = 100

  /// A commit returns when its record is on disk. Bytes and numbers are read in these forms below.
  private static let settings = """
    SET synchronous_commit = on; SET lock_timeout = '10s'; SET statement_timeout = 0;
    SET standard_conforming_strings = on; SET bytea_output = hex; SET extra_float_digits = 3
    """

  /// Connects, and waits until that is done.
  ///
  /// - Throws: `audit-unavailable`, also for a database that cannot hold all text.
  init(_ address: ServerAddress, patience: Duration?) throws(SluiceError) {
    self.patience = patience
    guard let handle = unsafe Self.connect(address.options) else {
      throw SluiceError(.auditUnavailable, "there is no memory for a connection to the audit log")
    }
    unsafe self.handle = handle
    guard unsafe PQstatus(handle) == CONNECTION_OK else { throw unsafe Failures.connecting(handle) }
    // What servers remark, such as that a table exists already, would appear on standard error.
    unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
    let encoding = unsafe PQparameterStatus(handle, "server_encoding").map { unsafe String(cString: $0) }
    guard encoding == "UTF8" else { throw unsafe Failures.encoding(encoding, handle) }
    // What is sent must not wait either for a server that takes nothing.
    guard unsafe PQsetnonblocking(handle, 1) == 0 else { throw unsafe Failures.lost(handle) }
    try command(Self.settings)
  }

  deinit {
    unsafe PQfinish(handle)
  }

  /// Whether the connection is known to be lost.
  var isBroken: Bool { unsafe isGivenUp || PQstatus(handle) != CONNECTION_OK }

  /// Whether it is good for a new transaction.
  var isIdle: Bool { unsafe !isBroken && PQtransactionStatus(handle) == PQTRANS_IDLE }

  private static func connect(_ options: [(name: String, value: String)]) -> OpaquePointer? {
    // The null ends both lists.
    let names = StatementParameters(options.map { .text($0.name) } + [.null])
    let values = StatementParameters(options.map { .text($0.value) } + [.null])
    return unsafe names.withPointers { names in
      unsafe values.withPointers { values in unsafe PQconnectdbParams(names, values, 1) }
    }
  }
}

extension PostgreSQLConnection {
  func execute(_ sql: String, _ values: [SQLValue]) throws(SluiceError) {
    _ = try run(sql, values)
  }

  func rows(_ sql: String, _ values: [SQLValue]) throws(SluiceError) -> [SQLRow] {
    try run(sql, values).rows()
  }

  /// Runs SQL without parameters, which may be several statements.
  func command(_ sql: String) throws(SluiceError) {
    _ = try unsafe answer(toSent: PQsendQuery(handle, sql))
  }

  /// - Throws: `audit-unavailable`, also where the server rolled back because the work had passed over a failure.
  func commit() throws(SluiceError) {
    let tag: String
    do throws(SluiceError) {
      tag = try unsafe answer(toSent: PQsendQuery(handle, "COMMIT")).tag
    } catch {
      throw isBroken ? unsafe Failures.committing(error, handle) : error
    }
    guard tag == "COMMIT" else { throw unsafe Failures.rolledBack(handle) }
  }

  /// Where this fails, the connection does not become idle, so that it is closed and the server rolls back by itself.
  func rollBack() {
    guard !isBroken, !isIdle else { return }
    try? command("ROLLBACK")
  }

  private func run(_ sql: String, _ values: [SQLValue]) throws(SluiceError) -> QueryResult {
    let parameters = StatementParameters(values)
    let name = try statement(sql, parameters.types)
    return try unsafe answer(
      toSent: parameters.withPointers { pointers in
        unsafe PQsendQueryPrepared(
          handle, name, Int32(values.count), pointers, parameters.lengths, parameters.formats, 0)
      })
  }

  /// The name of the prepared statement.
  ///
  /// A parameter that was NULL the first time has the type that the server made of it; where it gets a value later, the
  /// statement is prepared again with all types known by then.
  private func statement(_ sql: String, _ types: [Oid]) throws(SluiceError) -> String {
    let known = statements[sql]
    let merged = known.map { known in zip(types, known.types).map { $0 == 0 ? $1 : $0 } } ?? types
    if let known, known.types == merged { return known.name }
    try makeRoom(known, sql)
    prepared += 1
    let name = "s\(prepared)"
    _ = try unsafe answer(toSent: PQsendPrepare(handle, name, sql, Int32(merged.count), merged))
    statements[sql] = Statement(name: name, types: merged)
    return name
  }

  /// Forgets the former statement, or all when there are too many. What is used often is soon prepared again, which costs
  /// less than keeping account of use.
  private func makeRoom(_ former: Statement?, _ sql: String) throws(SluiceError) {
    if let former {
      statements[sql] = nil
      try command("DEALLOCATE \(former.name)")
    } else if statements.count >= Self.mostStatements {
      statements = [:]
      try command("DEALLOCATE ALL")
    }
  }
}

extension PostgreSQLConnection {
  /// Waits for the whole answer to something that was sent.
  ///
  /// Rejected alternative: the calls that wait by themselves. They do so for ever where a server is there and says nothing, as one does
  /// whose machine has no memory left, or whose disk hangs.
  ///
  /// - Parameters:
  ///   - isSent: what the call that sends has returned.
  /// - Returns: of several statements, the result of the last.
  private func answer(toSent isSent: Int32) throws(SluiceError) -> QueryResult {
    guard isSent == 1 else { throw unsafe Failures.lost(handle) }
    try flush()
    guard var result = try nextResult() else { throw unsafe Failures.lost(handle) }
    while true {
      guard let next = try nextResult() else { break }
      // Behind a failure there is nothing but its consequences.
      if result.isSuccess { result = consume next }
    }
    guard result.isSuccess else { throw unsafe Failures.query(result, handle) }
    return result
  }

  private func flush() throws(SluiceError) {
    var lastSign = ContinuousClock.now
    while true {
      let rest = unsafe PQflush(handle)
      guard rest != 0 else { return }
      guard rest > 0 else { throw unsafe Failures.lost(handle) }
      try waitForSocket(POLLIN | POLLOUT, since: &lastSign)
      // A server that cannot get rid of what it has to say takes nothing either.
      guard unsafe PQconsumeInput(handle) == 1 else { throw unsafe Failures.lost(handle) }
    }
  }

  /// `nil` behind the last. Of a connection that breaks, the result says so.
  private func nextResult() throws(SluiceError) -> QueryResult? {
    var lastSign = ContinuousClock.now
    while unsafe PQisBusy(handle) == 1 {
      try waitForSocket(POLLIN, since: &lastSign)
      guard unsafe PQconsumeInput(handle) == 1 else { break }
    }
    return unsafe PQgetResult(handle).map { unsafe QueryResult($0) }
  }

  /// Waits a moment for the socket. A moment only: with TLS, the rest of what has come may lie inside the library already, and then the
  /// socket says nothing of it.
  ///
  /// - Parameters:
  ///   - lastSign: when the server last showed that it is there.
  /// - Throws: `audit-unavailable` once it has shown nothing for too long; the connection is given up then.
  private func waitForSocket(
    _ events: Int32, since lastSign: inout ContinuousClock.Instant
  ) throws(SluiceError) {
    let socket = unsafe PQsocket(handle)
    var watched = pollfd(fd: socket, events: Int16(events), revents: 0)
    guard unsafe poll(&watched, 1, Self.moment) <= 0 else {
      lastSign = .now
      return
    }
    guard let patience, lastSign.duration(to: .now) > patience else { return }
    isGivenUp = true
    throw unsafe Failures.silent(for: patience, handle)
  }

  /// Milliseconds.
  private static let moment: Int32 = 50
}
