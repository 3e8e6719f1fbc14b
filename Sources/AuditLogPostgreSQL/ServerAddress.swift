import AuditLog
import CPostgreSQL
import Common

/// A connection string that libpq can read.
struct ServerAddress: Sendable {
  private let connectionString: String

  /// What the connection string may change, and what it may not.
  ///
  /// Unless told otherwise, a server that vanished is noticed within a minute: a verdict waits for its record.
  private static let defaults = [
    ("connect_timeout", "10"), ("fallback_application_name", "sluice"), ("keepalives_idle", "30"),
    ("keepalives_interval", "10"), ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
  ]
  private static let requirements = [("client_encoding", "UTF8")]

  /// - Throws: `audit-unavailable` without libpq's explanation, which quotes the string and so perhaps the password.
  init(_ connectionString: String) throws(SluiceError) {
    guard let options = Self.options(connectionString), options.allSatisfy(Self.isPlausible) else {
      throw SluiceError(
        .auditUnavailable, "the connection string of the audit log cannot be read",
        remedy: """
          write postgresql://user@host/database or host=… dbname=…; in the first form, characters such as @ and / of a \
          password are written %40 and %2F, in the second, quotes enclose a value with spaces
          """)
    }
    self.connectionString = connectionString
  }

  /// The names and values of libpq's options, in the order that gives each its precedence: the last counts.
  var options: [(name: String, value: String)] {
    (Self.defaults + [("dbname", connectionString)] + Self.requirements).map { (name: $0.0, value: $0.1) }
  }

  private static func options(_ connectionString: String) -> [String: String]? {
    guard !connectionString.utf8.contains(0) else { return nil }
    guard let list = unsafe PQconninfoParse(connectionString, nil) else { return nil }
    defer { unsafe PQconninfoFree(list) }
    var options: [String: String] = [:]
    var next = unsafe list
    while let name = unsafe next.pointee.keyword {
      if let value = unsafe next.pointee.val { unsafe options[String(cString: name)] = String(cString: value) }
      unsafe next += 1
    }
    return options
  }

  /// A password with an unescaped character ends early, and its rest would be named in messages as a host, port or database.
  private static func isPlausible(_ option: (key: String, value: String)) -> Bool {
    switch option.key {
    case "host": option.value.split(separator: ",").allSatisfy { !$0.dropFirst().contains("@") || $0.first == "/" }
    case "port": option.value.allSatisfy { $0.isASCII && ($0.isWholeNumber || $0 == ",") }
    case "dbname": !option.value.contains("@")
    default: true
    }
  }
}
