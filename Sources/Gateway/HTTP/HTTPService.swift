import FilterPipeline
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOHTTPTypes
import ServiceLifecycle

/// Serves HTTP/1.1 and HTTP/2 at an address, with TLS or without.
struct HTTPService: Service {
  let address: ListenAddress
  let gateway: HTTPGateway
  let settings: GatewaySettings
  let maxConnections: Int
  /// `nil` without TLS.
  let certificate: ServedCertificate?
  let log: Logger
  let onListening: @Sendable (SocketAddress?) -> Void

  /// Longer or more numerous header fields are no request that any client makes.
  private static let headerLimits = HTTP1Channel.Configuration.DecoderConfiguration(
    maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100)

  /// Streams of HTTP/2 in all that have not been answered, or whose tasks have not ended. As many again, and as many as
  /// there may be connections, may have been answered and not taken.
  private static let maxStreams = 4096

  func run() async throws {
    var configuration = ApplicationConfiguration(address: .hostname(address.host, port: address.port))
    configuration.backlog = 1024
    configuration.availableConnectionsDelegate = MaximumAvailableConnections(maxConnections)
    let room = gateway.state.http
    let application = Application(
      responder: gateway.responder(), server: server(), configuration: configuration,
      onServerRunning: { onListening($0.localAddress) }, logger: quiet(log))
    try await withGracefulShutdownHandler {
      try await listening(on: address, \.http, gateway.state) { try await application.run() }
    } onGracefulShutdown: {
      room.closeAll(after: settings.drain)
    }
  }

  private func server() -> HTTPServerBuilder {
    let state = gateway.state
    let idle = settings.idle
    let connections = gateway.connections
    let (most, memory) = (settings.maxBody, gateway.gateway.memory)
    let census = ChannelCensus(maxConnections + Self.maxStreams)
    let channels = HTTP1Channel.Configuration(
      additionalChannelHandlers: [
        EarlyAnswerHandler(), UntakenAnswerHandler<HTTPResponsePart>(idle: idle), ContinueHandler(most: most),
        DisconnectHandler(connections), LastAnswerHandler(state), BodyChargeHandler(memory, connections, census),
      ],
      idleTimeout: TimeAmount(idle), httpDecoderConfiguration: Self.headerLimits)
    let http2 = HTTP2ChannelConfiguration(
      idleTimeout: idle, gracefulCloseTimeout: settings.drainDelay + settings.drain, streamConfiguration: channels)
    let deadline = settings.deadline
    return EitherHTTPChannel.server(
      channels, http2: http2, patience: TimeAmount(idle), tls: certificate?.configuration,
      guards: [ConnectionRoomHandler(state.http), SilenceHandler(idle: idle, deadline: deadline)])
  }
}

/// The framework's own messages are of use to nobody but its makers, unless they are errors.
func quiet(_ log: Logger) -> Logger {
  var log = log
  log.logLevel = max(log.logLevel, .error)
  return log
}
