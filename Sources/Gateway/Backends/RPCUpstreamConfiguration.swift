import GRPCNIOTransportHTTP2Posix

extension HTTP2ClientTransport.Posix.Config {
  /// Of a connection to a model server that is asked again and again whether it is ready: one that comes back is found, and one
  /// that has fallen silent is given up.
  ///
  /// The library's own configuration waits up to two minutes before it connects again, and for a silent connection for as long
  /// as the system does.
  package static func watched(every interval: Duration) -> Self {
    .defaults { config in
      config.backoff.max = min(max(config.backoff.initial, interval), config.backoff.max)
      // Servers end connections on which too many pings come and nothing that they answer: not more often than they are asked.
      config.connection.keepalive = HTTP2ClientTransport.Config.Keepalive(
        time: max(.seconds(10), interval), timeout: .seconds(5), allowWithoutCalls: true)
    }
  }
}
