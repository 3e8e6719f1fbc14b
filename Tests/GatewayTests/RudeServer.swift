import Foundation
import TestSupport

/// A server that takes connections and never says a word.
final class RudeServer: Sendable {
  /// What it does once it was sent something.
  enum Manners: String, Sendable {
    case staysSilent
    case hangsUp
  }

  private let socket = LoopbackSocket()

  var port: Int { socket.port }

  init(_ manners: Manners) {
    listen(socket.descriptor, 16)
    guard manners == .hangsUp else { return }
    Thread.detachNewThread { [socket] in
      while case let connection = accept(socket.descriptor, nil, nil), connection >= 0 {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        _ = recv(connection, &bytes, bytes.count, 0)
        close(connection)
      }
    }
  }

  deinit {
    shutdown(socket.descriptor, Int32(SHUT_RDWR))
    close(socket.descriptor)
  }
}
