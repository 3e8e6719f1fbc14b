import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import ServiceLifecycle

/// Serves metrics, health and the audit pages on an address of its own, outside every queue. Probes always find a place:
/// whoever connects takes that of a connection that has gone without an answer for longest.
///
///     /metrics    Prometheus' text format
///     /livez      200 while the process serves
///     /readyz     200 while requests can be expected to be answered, 503 while not
///     /audit      the audit pages, behind tokens of their own
struct OperationsService: Service {
  let address: ListenAddress
  let responder: OperationsResponder
  let log: Logger
  let onListening: @Sendable (SocketAddress?) -> Void

  private static let mostConnections = 64
  /// How long what has been asked here may take once all else has ended.
  private static let drain = Duration.seconds(1)

  func run() async throws {
    let configuration = ApplicationConfiguration(address: .hostname(address.host, port: address.port))
    let room = ConnectionRoom(Self.mostConnections)
    let application = Application(
      responder: responder,
      server: EitherHTTPChannel.server(
        HTTP1Channel.Configuration(idleTimeout: .seconds(30)),
        http2: HTTP2ChannelConfiguration(idleTimeout: .seconds(30)), patience: .seconds(30),
        guards: [ConnectionRoomHandler(room), SilenceHandler(.seconds(60))]),
      configuration: configuration, onServerRunning: { onListening($0.localAddress) }, logger: quiet(log))
    try await withGracefulShutdownHandler {
      try await listening(on: address, .operations, responder.state) { try await application.run() }
    } onGracefulShutdown: {
      room.closeAll(after: Self.drain)
    }
  }
}

struct OperationsResponder: HTTPResponder {
  let gateway: InferenceGateway
  let tokens: BearerTokens
  let state: ServingState
  /// `nil` without an audit log.
  let pages: AuditPages?

  func respond(to request: Request, context: ConnectionContext) async throws -> Response {
    await answer(request).answering(request.method)
  }

  private func answer(_ request: Request) async -> Response {
    let path = request.uri.path
    if let pages, path == AuditPages.root || path.hasPrefix(AuditPages.root + "/") {
      return await pages.respond(to: request)
    }
    switch path {
    case "/livez", "/healthz": return text("ok\n")
    case "/readyz":
      let isReady = await state.isReady(gateway)
      return text(isReady ? "ready\n" : "not ready\n", isReady ? .ok : .serviceUnavailable)
    case "/metrics":
      guard tokens.admit(request.headers[.authorization]) else {
        return text("a bearer token is needed\n", .unauthorized)
      }
      noteLoad()
      return text(gateway.metrics.registry.text, contentType: "text/plain; version=0.0.4; charset=utf-8")
    default: return text("there are /metrics, /livez, /readyz and /audit\n", .notFound)
    }
  }

  private func noteLoad() {
    let registry = gateway.metrics.registry
    registry.set("sluice_queue_depth", to: Double(gateway.admission.waiting))
    registry.set("sluice_running", to: Double(gateway.admission.working))
    registry.set("sluice_in_flight", to: Double(state.inFlight.count))
    registry.set("sluice_held_bytes", to: Double(gateway.memory.used))
  }

  private func text(
    _ text: String, _ status: HTTPResponse.Status = .ok, contentType: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(
      status: status, headers: [.contentType: contentType], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
