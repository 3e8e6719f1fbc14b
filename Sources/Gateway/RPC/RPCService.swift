import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import ServiceLifecycle

/// Serves gRPC at an address, with TLS or without.
struct RPCService: Service {
  let address: ListenAddress
  let service: InferenceService
  let settings: GatewaySettings
  let onListening: @Sendable (_ port: Int?) -> Void

  /// Calls on a connection; each may hold a message that is as long as a body may be.
  private static let mostStreams = 32

  func run() async throws {
    let transport = HTTP2ServerTransport.Posix(
      address: try socketAddress(), transportSecurity: security(), config: configuration())
    let server = GRPCServer(transport: transport, services: [service])
    try await withGracefulShutdownHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.serve() }
        group.addTask {
          let address = try await transport.listeningAddress
          onListening(address.ipv4?.port ?? address.ipv6?.port)
        }
        try await group.waitForAll()
      }
    } onGracefulShutdown: {
      server.beginGracefulShutdown()
    }
  }

  private func socketAddress() throws -> GRPCNIOTransportCore.SocketAddress {
    let resolved = try NIOSocketAddress.resolve(address)
    return resolved.isIPv6
      ? .ipv6(host: resolved.host, port: address.port) : .ipv4(host: resolved.host, port: address.port)
  }

  private func security() -> HTTP2ServerTransport.Posix.TransportSecurity {
    guard let tls = settings.tls else { return .plaintext }
    return .tls(
      certificateChain: [.file(path: tls.certificate, format: .pem)], privateKey: .file(path: tls.key, format: .pem))
  }

  private func configuration() -> HTTP2ServerTransport.Posix.Config {
    .defaults { config in
      config.rpc.maxRequestPayloadSize = settings.maxBody
      config.http2.maxConcurrentStreams = Self.mostStreams
      // Images are larger than the window that calls usually have.
      config.http2.targetWindowSize = 1 << 20
      config.connection.maxIdleTime = .seconds(300)
      config.channelDebuggingCallbacks.onAcceptTCPConnection = ConnectionLimit(settings.connections).admit
      config.connection.maxGraceTime = settings.drain
      config.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls = .seconds(10)
      config.connection.keepalive.clientBehavior.allowWithoutCalls = true
    }
  }
}
