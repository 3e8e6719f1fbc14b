import AsyncHTTPClient
import NIOCore

extension HTTPClient.Configuration {
  /// For questions about the server itself, which are not to wait for requests.
  private static let spareConnections = 4

  /// Of connections to a model server over REST.
  ///
  /// - Parameters:
  ///   - requests: how many it is asked at a time; each has a connection of its own.
  package static func ofModelServer(requests: Int) -> Self {
    var configuration = HTTPClient.Configuration()
    // Over HTTP/2, all requests are on one connection, and the library loses those that reach it while the server ends it: nginx
    // does so after each thousandth.
    configuration.httpVersion = .http1Only
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = .seconds(2)
    // Servers end idle connections as well, after a time of their own. A question about the server that meets such an end is asked
    // again. A request for inference is not: nothing tells whether the server has done the work.
    configuration.connectionPool.idleTimeout = .seconds(30)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = requests + spareConnections
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }
}
