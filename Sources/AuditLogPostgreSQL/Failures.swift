import AuditLog
import CPostgreSQL
import Common

/// Errors of the server and of the way to it, as errors of the log. They name host and database, never the password.
enum Failures {
  /// No connection came about.
  ///
  /// libpq keeps the server's code to itself at this point, so the remedy goes by the English message, and is a general one
  /// for other languages.
  @unsafe static func connecting(_ handle: OpaquePointer) -> SluiceError {
    let message = unsafe libraryMessage(handle)
    return unsafe failure(message, handle, remedy: remedy(connecting: message))
  }

  /// The database cannot hold all text.
  @unsafe static func encoding(_ encoding: String?, _ handle: OpaquePointer) -> SluiceError {
    unsafe failure(
      "its encoding is \(encoding ?? "unknown"); it must be UTF8", handle,
      remedy: "create one with `createdb --encoding=UTF8 --template=template0`")
  }

  /// The server did not carry out a statement.
  @unsafe static func query(_ result: borrowing QueryResult, _ handle: OpaquePointer) -> SluiceError {
    let isBroken = unsafe PQstatus(handle) != CONNECTION_OK
    let remedy = result.code.flatMap(Self.remedy(code:)) ?? (isBroken ? reconnection : nil)
    return unsafe failure(joined(result.message), handle, remedy: remedy)
  }

  /// There is not even an answer.
  @unsafe static func lost(_ handle: OpaquePointer) -> SluiceError {
    unsafe failure(libraryMessage(handle), handle, remedy: reconnection)
  }

  /// The server is there, and has not answered.
  @unsafe static func silent(for duration: Duration, _ handle: OpaquePointer) -> SluiceError {
    unsafe failure(
      "the server has not answered for \(duration.components.seconds) seconds", handle, remedy: reconnection)
  }

  /// The connection broke while the server may have been committing.
  @unsafe static func committing(_ error: SluiceError, _ handle: OpaquePointer) -> SluiceError {
    var error = error
    error.message += " (during a commit: whether it took place is unknown)"
    return error
  }

  @unsafe static func rolledBack(_ handle: OpaquePointer) -> SluiceError {
    unsafe failure("a transaction was rolled back because a part of it had failed", handle, remedy: nil)
  }

  private static let reconnection = "check the server; the next use of the log connects again"

  private static func failure(_ message: String, _ handle: OpaquePointer, remedy: String?) -> SluiceError {
    let database = unsafe PQdb(handle).map { unsafe String(cString: $0) } ?? ""
    let host = unsafe PQhost(handle).map { unsafe String(cString: $0) } ?? ""
    let place = (database.isEmpty ? "" : " \(database)") + (host.isEmpty ? "" : " on \(host)")
    return SluiceError(
      .auditUnavailable, "the audit log in the PostgreSQL database\(place) cannot be used: \(message)", remedy: remedy)
  }

  private static func libraryMessage(_ handle: OpaquePointer) -> String {
    joined(unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? "unknown reason")
  }

  /// In one line, without libpq's own suggestions on the lines after.
  private static func joined(_ message: String) -> String {
    message.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("\t") }.joined(separator: "; ")
  }
}

extension Failures {
  private static let authentication = "check the user, the password (best in ~/.pgpass) and the server's pg_hba.conf"
  private static let missingDatabase = "create it with `createdb --encoding=UTF8`"
  private static let tooManyConnections = "give the server more connections, or let fewer programs use it"
  private static let restarting = "wait until the server is up again"

  private static func remedy(connecting message: String) -> String {
    let remedies = [
      ("too many", tooManyConnections), ("remaining connection slots", tooManyConnections),
      ("authentication failed", authentication), ("no password supplied", authentication),
      ("pg_hba.conf", authentication), ("role \"", authentication), ("database \"", missingDatabase),
      ("starting up", restarting), ("shutting down", restarting),
      ("could not translate host name", "check the name of the host"),
    ]
    return remedies.first { message.contains($0.0) }?.1 ?? "check that the server runs and can be reached from here"
  }

  /// By SQLSTATE, whose first two characters are a class.
  private static func remedy(code: String) -> String? {
    switch code {
    case "53100": "make room on the server's disk, for instance with `sluice audit prune`"
    case "53300": tooManyConnections
    case "25006": "connect to a server that may write, for instance with target_session_attrs=read-write"
    case "3D000": missingDatabase
    case "42P01", "42703": "use a database that a gateway has written to"
    case "42501": "let this user read, write and create tables in its schema"
    case "55P03": "another transaction has held it for too long"
    case "57P01", "57P02", "57P03": restarting
    case "XX001", "XX002": "set it aside for examination, and start a new one or restore a copy"
    default: remedy(codeClass: code.prefix(2))
    }
  }

  private static func remedy(codeClass: Substring) -> String? {
    switch codeClass {
    case "08": reconnection
    case "28": authentication
    case "40": "try again; nothing was written"
    case "53": "give the server more memory or room on its disk"
    case "58": "check the server's disk"
    default: nil
    }
  }
}
