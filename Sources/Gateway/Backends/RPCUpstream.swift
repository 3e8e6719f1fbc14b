import Common
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import OpenInference
import OpenInferenceRPC
import SwiftProtobuf

/// A model server over gRPC.
final class RPCUpstream: UpstreamClient {
  private let client: GRPCClient<HTTP2ClientTransport.Posix>
  private let service: Inference_GRPCInferenceService.Client<HTTP2ClientTransport.Posix>
  private let connections: Task<Void, any Error>

  private static let maxBytes = 256_000_000

  /// - Throws: `invalid-setting` for a host that there is no way to look up.
  init(_ address: UpstreamAddress) throws(SluiceError) {
    do {
      let transport = try HTTP2ClientTransport.Posix(
        target: .dns(host: address.host, port: address.port),
        transportSecurity: address.scheme == .grpcs ? .tls : .plaintext)
      client = GRPCClient(transport: transport, interceptors: [RPCReach.Interceptor()])
    } catch {
      throw SluiceError(.invalidSetting, "the upstream \(address) cannot be used: \(error)")
    }
    service = Inference_GRPCInferenceService.Client(wrapping: client)
    connections = Task { [client] in try await client.runConnections() }
  }

  func close() async {
    client.beginGracefulShutdown()
    _ = try? await connections.value
  }

  func listsElements(binary: Bool) -> Bool { false }

  func serverMetadata(_ deadline: Deadline) async throws(UpstreamTrouble) -> ServerMetadata {
    try await called {
      ServerMetadata(
        try await self.service.serverMetadata(Inference_ServerMetadataRequest(), options: Self.options(deadline)))
    }
  }

  func modelMetadata(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> ModelMetadata {
    try await called {
      let request = Inference_ModelMetadataRequest.with { $0.name = model }
      return ModelMetadata(try await self.service.modelMetadata(request, options: Self.options(deadline)))
    }
  }

  func isReady(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> Bool {
    try await called {
      let request = Inference_ModelReadyRequest.with { $0.name = model }
      return try await self.service.modelReady(request, options: Self.options(deadline)).ready
    }
  }

  func infer(
    _ request: InferenceRequest, _ model: String, binary: Bool, _ identity: RequestIdentity, _ deadline: Deadline,
    written: @Sendable (Int) -> Void
  ) async throws(UpstreamTrouble) -> InferenceResponse {
    var metadata: Metadata = ["x-request-id": "\(identity.id)"]
    if let trace = identity.traceparent { metadata.addString(trace, forKey: "traceparent") }
    if let state = identity.tracestate { metadata.addString(state, forKey: "tracestate") }
    let sent = metadata
    return try await called {
      let message = try await self.service.modelInfer(
        request.message(model: model, version: ""), metadata: sent, options: Self.options(deadline))
      return try InferenceResponse(message)
    }
  }

  private static func options(_ deadline: Deadline) -> CallOptions {
    var options = CallOptions.defaults
    options.timeout = deadline.remaining
    options.waitForReady = false
    options.maxResponseMessageBytes = maxBytes
    options.maxRequestMessageBytes = maxBytes
    return options
  }

  private func called<Result>(_ work: () async throws -> Result) async throws(UpstreamTrouble) -> Result {
    let reach = RPCReach()
    do {
      return try await reach.watch(work)
    } catch let error as RPCError {
      throw Self.trouble(error, hasReached: reach.hasReached)
    } catch let error as SluiceError {
      throw .failed("its answer does not add up: \(error.message)")
    } catch is CancellationError {
      throw .cancelled
    } catch {
      throw .failed("\(error)")
    }
  }

  private static func trouble(_ error: RPCError, hasReached: Bool) -> UpstreamTrouble {
    switch error.code {
    case .cancelled: .cancelled
    case .deadlineExceeded: .late
    case .invalidArgument: .refused(error.message)
    // Said by this side while there is no connection.
    case .unavailable where !hasReached: .unreached(error.message)
    case .unavailable: .unavailable(error.message, time(error.metadata))
    case .resourceExhausted: .busy(error.message, time(error.metadata))
    default: .failed(error.message)
    }
  }

  private static func time(_ metadata: Metadata) -> RetryAfter? {
    func text(_ key: String) -> String? { metadata[stringValues: key].first { _ in true } }
    return text("retry-after").flatMap { RetryAfter($0) }
      ?? text("grpc-retry-pushback-ms").flatMap { RetryAfter(milliseconds: $0) }
  }
}
