import Foundation
import Synchronization

/// A socket that is bound to a port of this machine that was free.
package struct LoopbackSocket {
  package let descriptor: Int32
  package let port: Int

  package init() {
    // Without a wish, the system has a port.
    (descriptor, port) = Self.bound(to: 0) ?? (-1, 0)
  }

  /// A new socket on a port; `nil` where that is not free.
  private static func bound(to port: Int) -> (descriptor: Int32, port: Int)? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
      }
    }
    guard isBound else {
      close(descriptor)
      return nil
    }
    return (descriptor, Int(address.sin_port.bigEndian))
  }

  /// A port that nobody listens on right now.
  package static func freePort() -> Int { freePorts(1)[0] }

  /// Different ones.
  package static func freePorts(_ count: Int) -> [Int] {
    let sockets = (0..<count).map { _ in LoopbackSocket() }
    for socket in sockets { close(socket.descriptor) }
    return sockets.map(\.port)
  }

  private static let lasting = Mutex(20_000 + Int(getpid()) % 12_000)

  /// A port that stays free until somebody wants it: it is below those that systems give to connections, and each is given once.
  package static func lastingPort() -> Int {
    lasting.withLock { port in
      while true {
        port = port < 31_999 ? port + 1 : 20_000
        if let socket = bound(to: port) {
          close(socket.descriptor)
          return port
        }
      }
    }
  }
}
