import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What went wrong with a connection, in words for people: without the names of a library's types, nor where it was built.
enum ConnectionWords {
  /// - Returns: `nil` for an error that is not one of a connection.
  static func about(_ error: any Error) -> String? {
    switch error {
    case let error as HTTPClientError: about(error)
    case let error as NIOSSLError: about(error)
    case let error as BoringSSLError: about(error)
    case NIOSSLExtraError.failedToValidateHostname as NIOSSLExtraError: "its certificate is for another host"
    case let error as HTTPParserError: "its answer is not HTTP (\(error))"
    case let error as NIOTooManyBytesError: "its answer is longer than \(error.maxBytes ?? 0) bytes"
    case let error as NIOConnectionError: (error.connectionErrors.first?.error ?? error.dnsAError).flatMap(about)
    case let error as SocketAddressError.UnknownHost: "\(error.host): \(error.errorDescription)"
    case ChannelError.connectTimeout: unmade
    case ChannelError.ioOnClosedChannel: untaken
    case let error as IOError: String(cString: strerror(error.errnoCode))
    default: nil
    }
  }

  private static func about(_ error: HTTPClientError) -> String {
    switch error {
    case .remoteConnectionClosed, .uncleanShutdown: closed
    case .connectTimeout: unmade
    case .cancelled: "its connection was about to end"
    case .getConnectionFromPoolTimeout: "all connections to it were in use"
    case .tlsHandshakeTimeout: "the TLS handshake was not done in time"
    default: error.shortDescription
    }
  }

  private static func about(_ error: NIOSSLError) -> String {
    switch error {
    case .handshakeFailed(let reason), .shutdownFailed(let reason): about(reason)
    case .uncleanShutdown: closed
    default: "TLS failed: \(error)"
    }
  }

  private static func about(_ error: BoringSSLError) -> String {
    guard case .sslError(let stack) = error, let first = stack.first else { return "TLS failed" }
    if first == .eofDuringHandshake { return "it closed the connection during the TLS handshake" }
    return switch name(of: first) {
    case "CERTIFICATE_VERIFY_FAILED": "its certificate is not one that this system trusts"
    case "WRONG_VERSION_NUMBER": "it does not speak TLS"
    case let other?: "TLS failed: \(other.lowercased().replacing("_", with: " "))"
    case nil: "TLS failed"
    }
  }

  /// `NAME` of `… OPENSSL_internal:NAME at FILE:LINE`, which is all that the library tells of an error.
  private static func name(of error: BoringSSLInternalError) -> Substring? {
    let text = error.description
    guard let mark = text.firstRange(of: "OPENSSL_internal:") else { return nil }
    return text[mark.upperBound...].prefix { $0 != " " }
  }

  private static let unmade = "no connection was made in time"
  private static let untaken =
    "it closed the connection before it had taken the request; look at its limit on bodies"
  private static let closed = "it closed the connection before it had answered"
}
