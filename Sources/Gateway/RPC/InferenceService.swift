import FilterPipeline
import GRPCCore
import Logging
import OpenInference
import OpenInferenceRPC
import Pixels
import SwiftProtobuf

/// The gRPC side of the Open Inference Protocol.
struct InferenceService: Inference_GRPCInferenceService.ServiceProtocol {
  let gateway: InferenceGateway
  let tokens: BearerTokens
  let budget: ByteBudget
  let inFlight: InFlight

  func serverLive(
    request: ServerRequest<Inference_ServerLiveRequest>, context: ServerContext
  ) async throws -> ServerResponse<Inference_ServerLiveResponse> {
    ServerResponse(message: .with { $0.live = true })
  }

  func serverReady(
    request: ServerRequest<Inference_ServerReadyRequest>, context: ServerContext
  ) async throws -> ServerResponse<Inference_ServerReadyResponse> {
    let isReady = await gateway.isReady
    return ServerResponse(message: .with { $0.ready = isReady })
  }

  func modelReady(
    request: ServerRequest<Inference_ModelReadyRequest>, context: ServerContext
  ) async throws -> ServerResponse<Inference_ModelReadyResponse> {
    let isReady = await gateway.isReady
    return try await answered("health", request) { _ in
      try gateway.check(request.message.name, request.message.version)
      return ServerResponse(message: .with { $0.ready = isReady })
    }
  }

  func serverMetadata(
    request: ServerRequest<Inference_ServerMetadataRequest>, context: ServerContext
  ) async throws -> ServerResponse<Inference_ServerMetadataResponse> {
    try await answered("metadata", request) { _ in ServerResponse(message: gateway.serverMetadata.message) }
  }

  func modelMetadata(
    request: ServerRequest<Inference_ModelMetadataRequest>, context: ServerContext
  ) async throws -> ServerResponse<Inference_ModelMetadataResponse> {
    try await answered("metadata", request) { _ in
      try gateway.check(request.message.name, request.message.version)
      return ServerResponse(message: try await gateway.modelMetadata().message)
    }
  }

  func modelInfer(
    request: ServerRequest<Inference_ModelInferRequest>, context: ServerContext
  ) async throws -> ServerResponse<Inference_ModelInferResponse> {
    try await answered("infer", request) { identity in
      try gateway.check(request.message.modelName, request.message.modelVersion)
      let size = request.message.rawInputContents.reduce(0) { $0 + $1.count }
      try budget.take(size)
      defer { budget.give(size) }
      let deadline = Deadline(after: gateway.rules.requestTime)
      // A client that goes away cancels the call, not the task.
      return try await cancelled(with: context) {
        try await deadline.limit { try await infer(request.message, identity, deadline) }
      }
    }
  }

  private func infer(
    _ message: Inference_ModelInferRequest, _ identity: RequestIdentity, _ deadline: Deadline
  ) async throws -> ServerResponse<Inference_ModelInferResponse> {
    let context = RequestContext(
      identity: identity, route: .infer, mode: gateway.rules.modes[.infer], deadline: deadline)
    let inference = try await gateway.infer(context) { () throws(SluiceError) in try InferenceRequest(message) }
    return ServerResponse(
      message: inference.response.message, metadata: ["sluice-verdict": "\(inference.judgements.headerValue)"])
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

  private func answered<Input, Output>(
    _ route: String, _ request: ServerRequest<Input>,
    _ work: (RequestIdentity) async throws -> ServerResponse<Output>
  ) async throws -> ServerResponse<Output> {
    let start = ContinuousClock.now
    let identity = RequestIdentity(
      proposed: request.metadata.text("x-request-id"), traceparent: request.metadata.text("traceparent"),
      tracestate: request.metadata.text("tracestate"))
    inFlight.begin()
    defer { inFlight.end() }
    do {
      guard tokens.admit(request.metadata.text("authorization")) else {
        throw Refusal(.unauthenticated, .unauthenticated, "a valid bearer token is needed")
      }
      var response = try await work(identity)
      response.metadata.replaceOrAddString(identity.id, forKey: "x-request-id")
      gateway.metrics.noteRequest(route, "answered", seconds: start.duration(to: .now).seconds)
      return response
    } catch {
      let refusal = Self.refusal(error)
      gateway.metrics.noteRequest(route, refusal.outcome, seconds: start.duration(to: .now).seconds)
      note(refusal, route, identity)
      throw RPCError(refusal, identity)
    }
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
    case .timedOut, .lateAnswer: .deadlineExceeded
    }
  }
}

extension Metadata {
  fileprivate func text(_ key: String) -> String? { self[stringValues: key].first { _ in true } }
}
