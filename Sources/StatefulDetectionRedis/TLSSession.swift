import CHiredis
import Common

/// Files for TLS with a Redis server, in PEM.
package struct RedisTLSFiles: Sendable, Hashable {
  /// Certificates that are trusted; `nil` for those of the system.
  package var authorities: String?
  /// The chain that the server is shown, where it wants one, with its key.
  package var certificate: String?
  package var key: String?

  package init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) {
    self.authorities = authorities
    self.certificate = certificate
    self.key = key
  }
}

/// TLS from 1.2 on, between a socket and who uses it. The server's certificate must be trusted and name the host.
@safe final class TLSSession {
  private let session: OpaquePointer

  private static let readAtOnce = 16_384

  /// - Throws: `unreachable` for files that cannot be used.
  init(host: String, _ files: RedisTLSFiles) throws(RedisFailure) {
    var message = Self.noMessage
    let session = unsafe host.withCString { host in
      unsafe Self.withText(files.authorities) { authorities in
        unsafe Self.withText(files.certificate) { certificate in
          unsafe Self.withText(files.key) { key in
            var options = unsafe sluice_tls_options(
              host: host, is_address: Self.isAddress(host), authorities: authorities, certificate: certificate,
              key: key)
            return unsafe sluice_tls_open(&options, &message)
          }
        }
      }
    }
    guard let session = unsafe session else { throw .unreachable(String(cCharacters: message)) }
    unsafe self.session = session
  }

  deinit { unsafe sluice_tls_close(session) }

  /// - Returns: whether that is done; else more bytes of the server are needed.
  func shakeHands() throws(RedisFailure) -> Bool {
    var message = Self.noMessage
    return try Self.isDone(unsafe sluice_tls_handshake(session, &message), message)
  }

  /// What has been decrypted; nothing where more bytes of the server are needed.
  func read() throws(RedisFailure) -> [UInt8] {
    var message = Self.noMessage
    var status = SLUICE_TLS_FAILED
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.readAtOnce) { buffer, count in
      var length = buffer.count
      status = unsafe sluice_tls_read(session, buffer.baseAddress, &length, &message)
      count = status == SLUICE_TLS_DONE ? length : 0
    }
    _ = try Self.isDone(status, message)
    return bytes
  }

  func write(_ bytes: [UInt8]) throws(RedisFailure) {
    var message = Self.noMessage
    let status = unsafe bytes.withUnsafeBytes { bytes in
      unsafe sluice_tls_write(session, bytes.baseAddress, bytes.count, &message)
    }
    guard try Self.isDone(status, message) else { throw .notUnderstood }
  }

  /// Takes bytes of the server.
  func give(_ bytes: [UInt8]) throws(RedisFailure) {
    let isTaken = unsafe bytes.withUnsafeBytes { unsafe sluice_tls_give(session, $0.baseAddress, $0.count) }
    guard isTaken else { throw .unreachable("there is no memory for TLS") }
  }

  /// All that is to be sent to the server.
  func departing() -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.readAtOnce) { buffer, count in
        count = unsafe sluice_tls_take(session, buffer.baseAddress, buffer.count)
      }
      if bytes.isEmpty { return all }
      all += bytes
    }
  }
}

extension TLSSession {
  private static let noMessage = [CChar](repeating: 0, count: Int(SLUICE_TLS_MESSAGE))

  private static func isDone(_ status: sluice_tls_status, _ message: [CChar]) throws(RedisFailure) -> Bool {
    switch status {
    case SLUICE_TLS_DONE: return true
    case SLUICE_TLS_WANTS_BYTES: return false
    case SLUICE_TLS_CLOSED: throw .unreachable("the server closed the connection")
    default: throw .unreachable(String(cCharacters: message))
    }
  }

  /// Certificates name addresses in another place than names. No name of a host consists of digits and dots alone.
  private static func isAddress(_ host: UnsafePointer<CChar>) -> Bool {
    let host = unsafe String(cString: host)
    return host.contains(":") || host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
  }

  private static func withText<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return unsafe text.withCString { unsafe body($0) }
  }
}
