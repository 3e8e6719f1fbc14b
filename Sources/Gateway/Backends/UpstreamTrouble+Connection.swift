import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

extension UpstreamTrouble {
  /// What went wrong with a request over REST before its answer was there.
  ///
  /// - Parameters:
  ///   - error: what the library throws, in the task that made the request; trouble is what it is.
  package init(_ error: any Error) {
    let words = UpstreamWords(ConnectionWords.about(error) ?? "\(error)")
    self =
      switch error {
      case let trouble as UpstreamTrouble: trouble
      case is CancellationError: .cancelled
      // The library says so of itself for a request that comes to a connection as that ends.
      case let error as HTTPClientError where error == .cancelled: Task.isCancelled ? .cancelled : .unreached(words)
      case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout: .late
      case let error as HTTPClientError where error == .getConnectionFromPoolTimeout: .busy(words, nil)
      case is NIOConnectionError: .unreached(words)
      case let error as HTTPClientError where Self.unmade.contains(error): .unreached(words)
      case let error as IOError where error.errnoCode == ECONNREFUSED: .unreached(words)
      // No request is sent before the two have agreed on a key.
      case NIOSSLError.handshakeFailed, NIOSSLExtraError.failedToValidateHostname as NIOSSLExtraError:
        .unreached(words)
      default: .failed(words)
      }
  }

  /// Whether a connection that was made has broken before an answer was there.
  static func isBrokenConnection(_ error: any Error) -> Bool {
    switch error {
    case let error as HTTPClientError: error == .remoteConnectionClosed || error == .uncleanShutdown
    case NIOSSLError.uncleanShutdown, ChannelError.ioOnClosedChannel: true
    case let error as IOError: error.errnoCode == ECONNRESET || error.errnoCode == EPIPE
    default: false
    }
  }

  /// Those of a connection that was never made.
  private static let unmade: [HTTPClientError] = [.connectTimeout, .tlsHandshakeTimeout]
}
