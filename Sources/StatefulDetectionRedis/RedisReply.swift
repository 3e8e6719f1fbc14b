import CHiredis

/// What a server answered, copied out of the library's memory.
package enum RedisReply: Sendable, Equatable {
  case null
  case integer(Int64)
  case bytes([UInt8])
  case array([RedisReply])
  /// The server did not do what it was asked to.
  case error(String)
  /// It had not arrived when reading ended.
  case missing

  /// What is kept of an error: it comes from elsewhere and goes to logs.
  private static let longestError = 200

  /// - Parameters:
  ///   - reply: a reply of the bounded reader, complete or in part; nested as deep as the library reads, 9 levels at most.
  init(_ reply: UnsafePointer<redisReply>?) {
    guard let reply = unsafe reply else {
      self = .missing
      return
    }
    switch unsafe reply.pointee.type {
    case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = unsafe .bytes(Self.bytes(reply))
    case REDIS_REPLY_INTEGER: self = unsafe .integer(reply.pointee.integer)
    case REDIS_REPLY_ARRAY: self = unsafe .array(Self.elements(reply))
    case REDIS_REPLY_ERROR: self = unsafe .error(Self.printable(Self.bytes(reply)))
    // Nothing, or a kind that nobody asked for.
    default: self = .null
    }
  }

  private static func bytes(_ reply: UnsafePointer<redisReply>) -> [UInt8] {
    guard let start = unsafe reply.pointee.str else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: reply.pointee.len))
  }

  private static func elements(_ reply: UnsafePointer<redisReply>) -> [RedisReply] {
    guard let start = unsafe reply.pointee.element else { return [] }
    return unsafe (0..<reply.pointee.elements).map { place in unsafe RedisReply(UnsafePointer(start[place])) }
  }

  /// One line of ASCII.
  private static func printable(_ bytes: [UInt8]) -> String {
    String(
      decoding: bytes.prefix(longestError).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }
}

extension RedisReply {
  package var elements: [RedisReply]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  package var content: [UInt8]? {
    guard case .bytes(let bytes) = self else { return nil }
    return bytes
  }
}
