import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import NIOCore
import NIOHTTP2
import ServiceLifecycle

/// Serves gRPC at an address, with TLS or without.
struct RPCService: Service {
  let address: ListenAddress
  let service: InferenceService
  let settings: GatewaySettings
  /// `nil` without TLS.
  let certificate: ServedCertificate?
  let onListening: @Sendable (_ port: Int?) -> Void

  /// Calls on a connection.
  private static let maxStreams = 32
  /// Calls in all that have not been answered, or whose tasks have not ended: many times what is worked on and may wait. As
  /// many again may have been answered and not taken.
  static let maxCalls = 4096

  func run() async throws {
    let room = service.state.grpc
    let transport = HTTP2ServerTransport.Posix(
      address: try socketAddress(), transportSecurity: try security(), config: configuration(room))
    let server = GRPCServer(transport: transport, services: [service])
    try await withGracefulShutdownHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await listening(on: address, \.grpc, service.state) { try await server.serve() } }
        group.addTask {
          // Where there is none, the other task says why.
          guard let address = try? await transport.listeningAddress else { return }
          onListening(address.ipv4?.port ?? address.ipv6?.port)
        }
        try await group.waitForAll()
      }
    } onGracefulShutdown: {
      server.beginGracefulShutdown()
      room.closeAll(after: settings.drain)
    }
  }

  private func socketAddress() throws -> GRPCNIOTransportCore.SocketAddress {
    let resolved = try NIOSocketAddress.resolve(address)
    return resolved.isIPv6
      ? .ipv6(host: resolved.host, port: address.port) : .ipv4(host: resolved.host, port: address.port)
  }

  private func security() throws -> HTTP2ServerTransport.Posix.TransportSecurity {
    guard let certificate else { return .plaintext }
    return try .tls(certificateReloader: certificate)
  }

  private func configuration(_ room: ConnectionRoom) -> HTTP2ServerTransport.Posix.Config {
    .defaults { config in
      // What is longer is refused by `RPCArrivalHandler`, with a status instead of a reset.
      config.rpc.maxRequestPayloadSize = settings.maxBody
      config.http2.maxConcurrentStreams = Self.maxStreams
      // Images are larger than the window that calls usually have.
      config.http2.targetWindowSize = 1 << 20
      config.connection.maxIdleTime = settings.idle
      config.channelDebuggingCallbacks.onAcceptTCPConnection = guarding(room)
      config.channelDebuggingCallbacks.onAcceptHTTP2Stream = charging()
      config.connection.maxGraceTime = settings.drainDelay + settings.drain
      config.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls = .seconds(10)
      config.connection.keepalive.clientBehavior.allowWithoutCalls = true
    }
  }

  private func guarding(_ room: ConnectionRoom) -> @Sendable (any Channel) -> EventLoopFuture<Void> {
    let (idle, deadline) = (settings.idle, settings.deadline)
    return { channel in
      channel.eventLoop.makeCompletedFuture {
        let handlers: [any ChannelHandler] = [
          ConnectionRoomHandler(room), SilenceHandler(idle: idle, deadline: deadline), ReadCompletionHandler(),
          GoAwayHandler(),
        ]
        try channel.pipeline.syncOperations.addHandlers(handlers, position: .first)
      }.flatMap { room.turnAway(channel) }
    }
  }

  private func charging() -> @Sendable (any Channel) -> EventLoopFuture<Void> {
    let (memory, longest, idle) = (service.gateway.memory, settings.maxBody, settings.idle)
    let (metrics, refused) = (service.gateway.metrics, service.refused)
    let census = ChannelCensus(Self.maxCalls)
    return { stream in
      stream.eventLoop.makeCompletedFuture {
        try stream.pipeline.syncOperations.addHandlers(
          [
            RPCArrivalHandler(memory, census, metrics, refused, longestMessage: longest),
            UntakenAnswerHandler<HTTP2Frame.FramePayload>(idle: idle),
          ], position: .first)
      }
    }
  }
}
