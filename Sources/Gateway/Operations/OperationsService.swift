import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOHTTPTypes
import ServiceLifecycle

/// Serves metrics, health and the audit pages on an address of its own, outside every queue. Probes always find a place:
/// whoever connects takes that of a connection that has gone without an answer for longest.
///
/// What there is on it say `RouteTables.operations` and `RouteTables.pages`.
struct OperationsService: Service {
  let address: ListenAddress
  let port: OperationsPort
  let log: Logger
  let onListening: @Sendable (SocketAddress?) -> Void

  private static let maximumConnections = 64
  /// How long what has been asked here may take once all else has ended.
  private static let drain = Duration.seconds(1)

  func run() async throws {
    let configuration = ApplicationConfiguration(address: .hostname(address.host, port: address.port))
    let idle = Duration.seconds(30)
    let channels = HTTP1Channel.Configuration(
      additionalChannelHandlers: [EarlyAnswerHandler(), UntakenAnswerHandler<HTTPResponsePart>(idle: idle)],
      idleTimeout: TimeAmount(idle))
    let room = ConnectionRoom(maximum: Self.maximumConnections, overflow: .replacesOldest)
    let application = Application(
      responder: port.responder(),
      server: EitherHTTPChannel.server(
        channels, http2: HTTP2ChannelConfiguration(idleTimeout: idle, streamConfiguration: channels),
        patience: TimeAmount(idle),
        guards: [ConnectionRoomHandler(room), SilenceHandler(.seconds(60))]),
      configuration: configuration, onServerRunning: { onListening($0.localAddress) }, logger: quiet(log))
    try await withGracefulShutdownHandler {
      try await listening(on: address, \.operations, port.state) { try await application.run() }
    } onGracefulShutdown: {
      room.closeAll(after: Self.drain)
    }
  }
}
