import Common

/// Why a server could not be used.
package enum RedisFailure: Error, Equatable {
  /// There is no connection, or it broke.
  case unreachable(String)
  /// The server did not do what it was asked to.
  case refused(String)
  /// A reply is larger than is read; with what came of it. Nothing more can be read from the connection.
  case tooLarge(RedisReply)
  /// What came is not a reply, or not to what was asked.
  case notUnderstood
}

extension RedisFailure {
  /// As an error for logs, which names the server and neither user nor password.
  package func error(_ address: RedisAddress) -> SluiceError {
    let code: SluiceError.Code = if case .refused = self { .sharedMemoryRefused } else { .sharedMemoryUnreachable }
    return SluiceError(code, "the Redis server at \(address) cannot be used: \(reason)", remedy: remedy)
  }

  var reason: String {
    switch self {
    case .unreachable(let reason), .refused(let reason): reason
    case .tooLarge: "a reply is larger than \(ByteCount(RedisConnection.mostReplyBytes))"
    case .notUnderstood: "it answers differently from a Redis server"
    }
  }

  private var remedy: String? {
    switch self {
    case .unreachable: "check that the server runs and can be reached from here; it is tried again"
    case .refused(let reason): Self.remedies.first { reason.hasPrefix($0.key) }?.value
    case .tooLarge, .notUnderstood: "check what else writes to this server"
    }
  }

  /// By the word with which Redis begins an error.
  private static let remedies: KeyValuePairs<String, String> = [
    "NOAUTH": "set the password",
    "WRONGPASS": "check the user and the password",
    "NOPERM": "let the user run XADD, XREAD, XREVRANGE, XTRIM, EXPIRE and TIME on the stream",
    "WRONGTYPE": "the key holds something else than a stream: delete it, or set another one",
    "LOADING": "wait until the server has read its data; it is tried again",
    "READONLY": "connect to the primary server, which may be written to",
    "MOVED": "connect to the server of the cluster that has the stream",
    "OOM": "give the server more memory, or let it keep fewer questions",
    "MISCONF": "check the server's disk",
  ]
}

extension SluiceError.Code {
  /// No connection to the memory that gateways share.
  package static let sharedMemoryUnreachable = SluiceError.Code("shared-memory-unreachable")
  /// The memory that gateways share does not do what it is asked to.
  package static let sharedMemoryRefused = SluiceError.Code("shared-memory-refused")
}
