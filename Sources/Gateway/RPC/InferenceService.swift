import FilterPipeline
import GRPCCore
import Logging
import OpenInference
import OpenInferenceRPC
import Pixels
import SwiftProtobuf

/// The gRPC side of the Open Inference Protocol.
///
/// Calls are taken as streams, so that tokens and deadlines hold before the message has come.
struct InferenceService: Inference_GRPCInferenceService.StreamingServiceProtocol {
  let gateway: InferenceGateway
  let tokens: BearerTokens
  let budget: ByteBudget
  let inFlight: InFlight

  func serverLive(
    request: StreamingServerRequest<Inference_ServerLiveRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ServerLiveResponse> {
    try await answer("health", request, context) { _, _ in Answer(.with { $0.live = true }) }
  }

  func serverReady(
    request: StreamingServerRequest<Inference_ServerReadyRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ServerReadyResponse> {
    try await answer("health", request, context) { _, _ in
      let isReady = await gateway.isReady
      return Answer(.with { $0.ready = isReady })
    }
  }

  func modelReady(
    request: StreamingServerRequest<Inference_ModelReadyRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ModelReadyResponse> {
    try await answer("health", request, context) { message, _ in
      try gateway.check(message.name, message.version)
      let isReady = await gateway.isReady
      return Answer(.with { $0.ready = isReady })
    }
  }

  func serverMetadata(
    request: StreamingServerRequest<Inference_ServerMetadataRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ServerMetadataResponse> {
    try await answer("metadata", request, context) { _, _ in Answer(gateway.serverMetadata.message) }
  }

  func modelMetadata(
    request: StreamingServerRequest<Inference_ModelMetadataRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ModelMetadataResponse> {
    try await answer("metadata", request, context) { message, _ in
      try gateway.check(message.name, message.version)
      return Answer(try await gateway.modelMetadata().message)
    }
  }

  func modelInfer(
    request: StreamingServerRequest<Inference_ModelInferRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ModelInferResponse> {
    try await answer("infer", request, context) { message, call in
      try gateway.check(message.modelName, message.modelVersion)
      let size = message.rawInputContents.reduce(0) { $0 + $1.count }
      try budget.take(size)
      defer { budget.give(size) }
      let inference = try await gateway.infer(call) { () throws(SluiceError) in try InferenceRequest(message) }
      var answer = Answer(inference.response.message)
      answer.metadata = ["sluice-verdict": "\(inference.judgements.headerValue)"]
      answer.outcome = inference.judgements.outcome
      return answer
    }
  }

  /// Runs work that ends when the client ends its call.
  private func cancelled<Result: Sendable>(
    with context: ServerContext, _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let task = Task { try await work() }
    return try await withTaskCancellationHandler {
      try await withRPCCancellationHandler {
        try await task.value
      } onCancelRPC: {
        task.cancel()
      }
    } onCancel: {
      task.cancel()
    }
  }

  /// Answers a call: waits for its message, does the work within the deadline, and turns trouble into a status.
  private func answer<Input: Sendable, Output: Sendable>(
    _ route: String, _ request: StreamingServerRequest<Input>, _ context: ServerContext,
    _ work: @escaping @Sendable (Input, RequestContext) async throws -> Answer<Output>
  ) async throws -> StreamingServerResponse<Output> {
    let start = ContinuousClock.now
    let identity = RequestIdentity(
      proposed: request.metadata.text("x-request-id"), traceparent: request.metadata.text("traceparent"),
      tracestate: request.metadata.text("tracestate"))
    inFlight.begin()
    defer { inFlight.end() }
    do {
      guard route == "health" || tokens.admit(request.metadata.text("authorization")) else {
        throw Refusal(.unauthenticated, .unauthenticated, "a valid bearer token is needed")
      }
      let call = RequestContext(
        identity: identity, route: .infer, mode: gateway.rules.modes[.infer],
        client: gateway.audit?.client.name(
          address: Self.address(context.remotePeer), authorization: request.metadata.text("authorization")
        ) { request.metadata.text($0.lowercased()) },
        deadline: Deadline(after: gateway.rules.requestTime))
      // A client that goes away cancels the call, not the task.
      var answer = try await cancelled(with: context) {
        try await call.deadline.limit { try await work(try await ServerRequest(stream: request).message, call) }
      }
      answer.metadata.replaceOrAddString(identity.id, forKey: "x-request-id")
      gateway.metrics.noteRequest(route, answer.outcome, seconds: start.duration(to: .now).seconds)
      return StreamingServerResponse(single: ServerResponse(message: answer.message, metadata: answer.metadata))
    } catch {
      let refusal = Self.refusal(error)
      gateway.metrics.noteRequest(route, refusal.outcome, seconds: start.duration(to: .now).seconds)
      note(refusal, route, identity)
      throw RPCError(refusal, identity)
    }
  }

  /// `ipv4:127.0.0.1:50051` and `ipv6:[::1]:50051` without kind and port.
  private static func address(_ peer: String) -> String {
    let parts = peer.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 3 else { return peer }
    return parts[1..<(parts.count - 1)].joined(separator: ":").filter { $0 != "[" && $0 != "]" }
  }

  private static func refusal(_ error: any Error) -> Refusal {
    switch error {
    case let refusal as Refusal: refusal
    case let error as SluiceError: Refusal(error)
    case is CancellationError: Refusal(.gone, .cancelled, "the client has gone")
    default: Refusal(.failed, .invalidRequest, "the request could not be served", cause: "\(error)")
    }
  }

  private func note(_ refusal: Refusal, _ route: String, _ identity: RequestIdentity) {
    guard refusal.status.rawValue >= 500 else { return }
    gateway.log.warning(
      "request",
      metadata: [
        "request": "\(identity.id)", "route": "\(route)", "outcome": "\(refusal.outcome)",
        "cause": "\(refusal.cause ?? refusal.message)",
      ])
  }
}

/// What goes back for a call, and what it is called in metrics.
private struct Answer<Output: Sendable>: Sendable {
  let message: Output
  var metadata: Metadata = [:]
  var outcome = "answered"

  init(_ message: Output) {
    self.message = message
  }
}

extension RPCError {
  fileprivate init(_ refusal: Refusal, _ identity: RequestIdentity) {
    var metadata: Metadata = ["x-request-id": "\(identity.id)", "sluice-code": "\(refusal.code)"]
    if let verdict = refusal.verdict { metadata.replaceOrAddString(verdict.headerValue, forKey: "sluice-verdict") }
    self.init(code: refusal.status.rpcCode, message: refusal.message, metadata: metadata)
  }
}

extension Refusal.Status {
  fileprivate var rpcCode: RPCError.Code {
    switch self {
    case .invalid, .unprocessable, .notAcceptable, .methodNotAllowed, .tooLarge: .invalidArgument
    case .unauthenticated: .unauthenticated
    case .flagged: .permissionDenied
    case .notFound: .notFound
    case .busy: .resourceExhausted
    case .gone: .cancelled
    case .failed: .internalError
    case .badUpstream: .unavailable
    case .lateAnswer: .deadlineExceeded
    }
  }
}

extension Metadata {
  fileprivate func text(_ key: String) -> String? { self[stringValues: key].first { _ in true } }
}
