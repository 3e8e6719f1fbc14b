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

  private let calls: RPCCalls

  private static let maxBytes = 256_000_000
  private static let longestDescription = 4_000_000

  /// - Parameters:
  ///   - interval: how often it is asked whether it is ready; `nil` where nobody asks.
  /// - Throws: `invalid-setting` for a host that there is no way to look up.
  init(_ address: UpstreamAddress, askedEvery interval: Duration? = nil) throws(SluiceError) {
    let calls = RPCCalls()
    self.calls = calls
    var config = interval.map { HTTP2ClientTransport.Posix.Config.watched(every: $0) } ?? .defaults
    config.channelDebuggingCallbacks.onCreateHTTP2Stream = calls.watch()
    do {
      let transport = try HTTP2ClientTransport.Posix(
        target: .dns(host: address.host, port: address.port),
        transportSecurity: address.scheme == .grpcs ? .tls : .plaintext,
        config: config)
      client = GRPCClient(transport: transport, interceptors: [RPCReach.Interceptor()])
    } catch {
      throw SluiceError(.invalidSetting, "the upstream \(address) cannot be used: \(error)")
    }
    service = Inference_GRPCInferenceService.Client(wrapping: client)
    Task { [client] in try? await client.runConnections() }
  }

  /// Does not wait for the end, which a connection that is still being made holds up for as long as that takes.
  func close() { client.beginGracefulShutdown() }

  func listsElements(binary: Bool) -> Bool { false }

  func serverMetadata(_ deadline: Deadline) async throws(UpstreamTrouble) -> ServerMetadata {
    try await called("ServerMetadata") {
      ServerMetadata(
        try await self.service.serverMetadata(Inference_ServerMetadataRequest(), options: Self.describing(deadline)))
    }
  }

  func modelMetadata(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> ModelMetadata {
    try await called("ModelMetadata") {
      let request = Inference_ModelMetadataRequest.with { $0.name = model }
      return ModelMetadata(try await self.service.modelMetadata(request, options: Self.describing(deadline)))
    }
  }

  func isReady(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> Bool {
    try await called("ModelReady") {
      let request = Inference_ModelReadyRequest.with { $0.name = model }
      return try await self.service.modelReady(request, options: Self.describing(deadline)).ready
    }
  }

  func infer(
    _ request: InferenceRequest, _ model: String, binary: Bool, _ identity: RequestIdentity, _ deadline: Deadline,
    _ load: UpstreamLoad
  ) async throws(UpstreamTrouble) -> InferenceResponse {
    let call = calls.begin(load.received)
    defer { calls.end(call) }
    var metadata: Metadata = ["x-request-id": "\(identity.id)"]
    if let trace = identity.traceparent { metadata.addString(trace, forKey: "traceparent") }
    if let state = identity.tracestate { metadata.addString(state, forKey: "tracestate") }
    metadata.addString(call.id, forKey: RPCCalls.field)
    let sent = metadata
    do throws(UpstreamTrouble) {
      return try await called("ModelInfer") {
        let message = try await self.service.modelInfer(
          request.message(model: model, version: ""), metadata: sent, options: Self.options(deadline))
        return try InferenceResponse(message)
      }
    } catch {
      throw call.isExceeded ? UpstreamTrouble.noRoom : error
    }
  }

  /// Of calls about a server or a model.
  private static func describing(_ deadline: Deadline) -> CallOptions { options(deadline, most: longestDescription) }

  /// - Parameters:
  ///   - most: how long messages may be; the library holds answers to the length for requests.
  private static func options(_ deadline: Deadline, most: Int = maxBytes) -> CallOptions {
    var options = CallOptions.defaults
    options.timeout = deadline.remaining
    options.waitForReady = false
    options.maxResponseMessageBytes = most
    options.maxRequestMessageBytes = most
    return options
  }

  private func called<Result>(
    _ method: String, _ work: () async throws -> Result
  ) async throws(UpstreamTrouble) -> Result {
    let reach = RPCReach()
    do {
      return try await reach.watch(work)
    } catch let error as RPCError {
      // The library says that of itself in many ways, such as `unknown`.
      if Task.isCancelled { throw .cancelled }
      throw Self.trouble(error, of: method, hasReached: reach.hasReached)
    } catch let error as SluiceError {
      throw .failed(UpstreamWords(doesNotAddUp: error.message))
    } catch is CancellationError {
      throw .cancelled
    } catch {
      throw .failed(UpstreamWords(ConnectionWords.about(error) ?? "\(error)"))
    }
  }

  private static func trouble(_ error: RPCError, of method: String, hasReached: Bool) -> UpstreamTrouble {
    let words = UpstreamWords("\(method) gave status \(error.code)", quote: error.message)
    return switch error.code {
    case .deadlineExceeded: .late
    case .invalidArgument: .refused(words)
    // Said by this side while there is no connection.
    case .unavailable where !hasReached: .unreached(whyUnreached(error))
    // Whoever asked has not ended the call, so the server has.
    case .unavailable, .cancelled: .unavailable(words, time(error.metadata))
    case .resourceExhausted: .busy(words, time(error.metadata))
    default: .failed(words)
    }
  }

  /// What the library says first of a connection that has failed before.
  private static let preamble = "Channel is in a transient failure state and 'wait for ready' isn't enabled. "

  private static func whyUnreached(_ error: RPCError) -> UpstreamWords {
    UpstreamWords(error.cause.flatMap { ConnectionWords.about($0) } ?? String(error.message.trimmingPrefix(preamble)))
  }

  private static func time(_ metadata: Metadata) -> RetryAfter? {
    func text(_ key: String) -> String? { metadata[stringValues: key].first { _ in true } }
    return text("retry-after").flatMap { RetryAfter($0) }
      ?? text("grpc-retry-pushback-ms").flatMap { RetryAfter(milliseconds: $0) }
  }
}
