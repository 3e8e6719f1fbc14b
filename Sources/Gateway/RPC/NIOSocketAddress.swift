import NIOCore

/// Looks up what a host name stands for.
enum NIOSocketAddress {
  /// - Throws: what the system says about a name that it does not know.
  static func resolve(_ address: ListenAddress) throws -> (host: String, isIPv6: Bool) {
    let found = try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
    return (found.ipAddress ?? address.host, found.protocol == .inet6)
  }
}
