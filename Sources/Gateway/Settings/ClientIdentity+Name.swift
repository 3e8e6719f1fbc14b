import Cryptography
import NIOCore

extension ClientIdentity {
  /// In bytes.
  private static let longest = 128

  /// What a record calls a client.
  ///
  /// - Parameters:
  ///   - header: looks a header field up; of several, all as one list, or the last.
  package func name(
    address: String?, authorization: String?, header: (String) -> String?
  ) -> String? {
    switch self {
    case .none: nil
    case .address: address
    case .token: BearerTokens.shown(in: authorization).map { "token-\(Digests.sha256(Array($0.utf8)).prefix(12))" }
    case .header(let name): header(name).map { Self.withoutPort(Self.lastElement($0)) }
    }
  }

  /// The last element of a list, and of that the end, where it is long.
  ///
  /// A proxy that appends to a list puts what it knows behind what the client has written, which may be anything.
  private static func lastElement(_ list: String) -> String {
    let last = list.utf8.reversed().prefix { $0 != UInt8(ascii: ",") }
    let element = last.drop(while: isSpace).reversed().drop(while: isSpace)
    // What is left of a character that is cut in two is left out.
    let end = element.suffix(longest).drop { element.count > longest && $0 & 0xC0 == 0x80 }
    return String(decoding: end, as: UTF8.self)
  }

  /// An address without its port and without brackets, which some proxies write: a client has another port with each connection.
  /// Anything else as it is.
  private static func withoutPort(_ name: String) -> String {
    // Behind an address in brackets alone, a port gives it the form of the others.
    let host = (HostAndPort.parts(name[...]) ?? HostAndPort.parts("\(name):0"[...]))?.host
    guard let host, (try? SocketAddress(ipAddress: host, port: 0)) != nil else { return name }
    return host
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
