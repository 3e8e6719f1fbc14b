import Common

/// Where a Redis server is, and as whom it is spoken to.
///
///     redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]      rediss:// with TLS
///     unix://[USER[:PASSWORD]@]/PATH[?db=DATABASE]
///
/// Characters such as `@`, `:` and `/` of a user or password are written `%40`, `%3A` and `%2F`.
package struct RedisAddress: Sendable, Hashable {
  package enum Place: Sendable, Hashable {
    case host(String, port: Int)
    case socket(path: String)
  }

  package let place: Place
  /// Whether it is spoken to through TLS.
  package let isEncrypted: Bool
  package let user: String?
  package var password: String?
  /// Servers have 16 databases unless told otherwise.
  package let database: Int

  static let standardPort = 6379
  private static let databases = 0...9999
  /// What the system keeps of the path of a socket.
  private static let longestPath = 107
  private static let longestHost = 253

  /// - Throws: `invalid-redis-address`, which does not repeat the text: it may carry a password.
  package init(_ text: String) throws(SluiceError) {
    guard let separator = text.firstRange(of: "://") else { throw Self.error("has no scheme") }
    let rest = text[separator.upperBound...]
    let (identity, location) = Self.split(rest)
    (user, password) = try Self.credentials(identity)
    isEncrypted = text.hasPrefix("rediss:")
    switch text[..<separator.lowerBound] {
    case "redis", "rediss": (place, database) = try Self.host(location)
    case "unix": (place, database) = try Self.socket(location)
    default: throw Self.error("has an unknown scheme")
    }
  }

  /// What stands before the last `@` of the part that names a server or, for a socket, before its path.
  private static func split(_ rest: Substring) -> (identity: Substring?, location: Substring) {
    let end = rest.firstIndex(of: "/") ?? rest.endIndex
    guard let sign = rest[..<end].lastIndex(of: "@") else { return (nil, rest) }
    return (rest[..<sign], rest[rest.index(after: sign)...])
  }

  private static func credentials(_ text: Substring?) throws(SluiceError) -> (user: String?, password: String?) {
    guard let text else { return (nil, nil) }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let user = decoded(parts[0]), let password = parts.count == 2 ? decoded(parts[1]) : "" else {
      throw error("has a user or password with a % that is not followed by two hexadecimal digits")
    }
    return (user.isEmpty ? nil : user, password.isEmpty ? nil : password)
  }

  private static func host(_ location: Substring) throws(SluiceError) -> (Place, database: Int) {
    var parts = location.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let database = try number(parts.count == 2 ? parts.removeLast() : "")
    let (name, portText) = hostAndPort(parts[0])
    guard let port = portText.isEmpty ? standardPort : digits(portText), (1...65_535).contains(port) else {
      throw error("has a port that is not a number from 1 to 65535")
    }
    guard (1...longestHost).contains(name.utf8.count), name.utf8.allSatisfy(isOfHost) else {
      throw error("does not name a host")
    }
    return (.host(String(name), port: port), database)
  }

  /// An IPv6 address stands in brackets.
  private static func hostAndPort(_ text: Substring) -> (host: Substring, port: Substring) {
    if text.first == "[", let end = text.firstIndex(of: "]") {
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.first == ":" else { return ("", "") }
      return (text[text.index(after: text.startIndex)..<end], rest.dropFirst())
    }
    guard let colon = text.firstIndex(of: ":") else { return (text, "") }
    return (text[..<colon], text[text.index(after: colon)...])
  }

  private static func isOfHost(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: ":"):
      true
    default: false
    }
  }

  private static func socket(_ location: Substring) throws(SluiceError) -> (Place, database: Int) {
    let parts = location.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = decoded(parts[0]), path.hasPrefix("/"), path.utf8.count <= longestPath else {
      throw error("does not name a socket by a path that begins with / and has at most \(longestPath) bytes")
    }
    guard parts.count == 2 else { return (.socket(path: path), 0) }
    guard parts[1].hasPrefix("db=") else { throw error("has a part behind ? that is not db=DATABASE") }
    return (.socket(path: path), try number(parts[1].dropFirst("db=".count)))
  }

  private static func number(_ text: Substring) throws(SluiceError) -> Int {
    if text.isEmpty { return 0 }
    guard let number = digits(text), databases.contains(number) else {
      throw error("has a database that is not a number from 0 to \(databases.upperBound)")
    }
    return number
  }

  /// A number without a sign.
  private static func digits(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }

  /// Without its percent signs; `nil` where one is not followed by two digits, or where the bytes are no text or have a zero.
  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let decoded = Hexadecimal.bytes(rest.prefix(2)), decoded.count == 1 else { return nil }
      bytes += decoded
      rest = rest.dropFirst(2)
    }
    return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }

  private static func error(_ what: String) -> SluiceError {
    SluiceError(.invalidRedisAddress, "the address of the Redis server \(what)", remedy: "write \(permitted)")
  }

  /// What an address looks like, for people.
  package static let permitted =
    "redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE], rediss:// for TLS, or unix://[USER[:PASSWORD]@]/PATH[?db=DATABASE]"
}

extension RedisAddress: CustomStringConvertible {
  /// Without the user and the password.
  package var description: String {
    switch place {
    case .host(let host, let port):
      "redis\(isEncrypted ? "s" : "")://\(host.contains(":") ? "[\(host)]" : host):\(port)\(database == 0 ? "" : "/\(database)")"
    case .socket(let path): "unix://\(path)\(database == 0 ? "" : "?db=\(database)")"
    }
  }
}

extension SluiceError.Code {
  package static let invalidRedisAddress = SluiceError.Code("invalid-redis-address")
}
