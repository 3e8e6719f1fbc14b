import Glibc
import Logging

/// Descriptors are what a thousand connections are made of.
package enum Descriptors {
  /// For files, libraries, the audit log and the port of the operations.
  private static let others = 128

  /// How many connections each server may have at a time: as many as are set, or as there are descriptors for.
  ///
  /// - Parameters:
  ///   - servers: with so many connections each.
  ///   - upstream: connections to model servers.
  package static func connections(_ wanted: Int, servers: Int, upstream: Int, limit: Int) -> Int {
    min(wanted, max(1, (limit - upstream - others) / max(1, servers)))
  }

  /// The same for a gateway with these settings, once this process may have as many descriptors as the system lets it.
  static func connections(_ settings: GatewaySettings, _ log: Logger) -> Int {
    let upstream = settings.upstreamRequests * settings.upstream.count
    let servers = [settings.http, settings.grpc].count { $0 != nil }
    let limit = raiseLimit()
    let connections = connections(settings.connections, servers: servers, upstream: upstream, limit: limit)
    if connections < settings.connections {
      log.warning(
        "too few descriptors for so many connections; there may be fewer",
        metadata: [
          "descriptors": "\(limit)", "set": "\(settings.connections)", "connections": "\(connections)",
          "servers": "\(servers)", "upstream": "\(upstream)",
        ])
    }
    return connections
  }

  /// Permits this process as many as the system lets it.
  ///
  /// - Returns: how many that are.
  private static func raiseLimit() -> Int {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return .max }
    let before = limit.rlim_cur
    limit.rlim_cur = limit.rlim_max
    return Int(clamping: setrlimit(resource, &limit) == 0 ? limit.rlim_cur : before)
  }
}
