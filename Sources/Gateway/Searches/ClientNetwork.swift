import NIOCore

/// Whom questions are counted for: a network where one sender has as many addresses as he likes.
package enum ClientNetwork {
  /// - Parameters:
  ///   - client: what records call a client.
  /// - Returns: of an IPv6 address the first 64 bits, which is the least that a customer gets; anything else as it is.
  package static func name(of client: String) -> String {
    guard let address = try? SocketAddress(ipAddress: client, port: 0), address.protocol == .inet6,
      // With a dot, it stands for an address of IPv4.
      let text = address.ipAddress, !text.utf8.contains(UInt8(ascii: "."))
    else { return client }
    let start = groups(text).prefix(groupsOfNetwork).joined(separator: ":") + "::"
    guard let network = try? SocketAddress(ipAddress: start, port: 0).ipAddress, network != translated else {
      return client
    }
    return network + "/64"
  }

  private static let groups = 8
  private static let groupsOfNetwork = 4
  /// Each address in it stands for one of IPv4 (RFC 6052).
  private static let translated = "64:ff9b::"

  /// The eight groups of an address as the system writes it.
  private static func groups(_ address: String) -> [Substring] {
    guard let gap = address.firstRange(of: "::") else { return address.split(separator: ":") }
    let before = address[..<gap.lowerBound].split(separator: ":")
    let after = address[gap.upperBound...].split(separator: ":")
    return before + [Substring](repeating: "0", count: max(0, groups - before.count - after.count)) + after
  }
}

extension RequestContext {
  /// Whom the question is counted for.
  var asker: String? { client.map(ClientNetwork.name) }
}
