import Foundation

/// A socket that is bound to a port of this machine that was free.
package struct LoopbackSocket {
  package let descriptor: Int32
  package let port: Int

  package init() {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = bind(descriptor, address, length)
        _ = getsockname(descriptor, address, &length)
      }
    }
    self.descriptor = descriptor
    port = Int(address.sin_port.bigEndian)
  }

  /// A port that nobody listens on right now.
  package static func freePort() -> Int { freePorts(1)[0] }

  /// Different ones.
  package static func freePorts(_ count: Int) -> [Int] {
    let sockets = (0..<count).map { _ in LoopbackSocket() }
    for socket in sockets { close(socket.descriptor) }
    return sockets.map(\.port)
  }
}
