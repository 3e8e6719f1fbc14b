import Common
import FilterPipeline
import GRPCCore
import Logging
import OpenInference
import OpenInferenceRPC
import SwiftProtobuf

/// The gRPC side of the Open Inference Protocol.
///
/// Calls are taken as streams, so that tokens and deadlines hold before the message has come.
package struct InferenceService: RegistrableRPCService {
  let gateway: InferenceGateway
  let tokens: BearerTokens
  let state: ServingState
  /// Counted by whoever refused them.
  let refused = RefusedCalls(RPCService.maxCalls)

  package init(gateway: InferenceGateway, tokens: BearerTokens, state: ServingState) {
    self.gateway = gateway
    self.tokens = tokens
    self.state = state
  }

  package func registerMethods(with router: inout RPCRouter<some ServerTransport>) {
    router.register(RPCMethod.serverLive.descriptor, serverLive)
    router.register(RPCMethod.serverReady.descriptor, serverReady)
    router.register(RPCMethod.modelReady.descriptor, modelReady)
    router.register(RPCMethod.serverMetadata.descriptor, serverMetadata)
    router.register(RPCMethod.modelMetadata.descriptor, modelMetadata)
    router.register(RPCMethod.modelInfer.descriptor, modelInfer)
  }

  private func serverLive(
    request: StreamingServerRequest<Inference_ServerLiveRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ServerLiveResponse> {
    try await answer(.serverLive, request, context) { _, _ in Answer(.with { $0.live = true }) }
  }

  private func serverReady(
    request: StreamingServerRequest<Inference_ServerReadyRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ServerReadyResponse> {
    try await answer(.serverReady, request, context) { _, _ in
      let isReady = await state.isReady(gateway)
      return Answer(.with { $0.ready = isReady })
    }
  }

  private func modelReady(
    request: StreamingServerRequest<Inference_ModelReadyRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ModelReadyResponse> {
    try await answer(.modelReady, request, context) { message, _ in
      try gateway.check(message.name, message.version)
      let isReady = await state.isReady(gateway)
      return Answer(.with { $0.ready = isReady })
    }
  }

  private func serverMetadata(
    request: StreamingServerRequest<Inference_ServerMetadataRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ServerMetadataResponse> {
    try await answer(.serverMetadata, request, context) { _, _ in Answer(gateway.serverMetadata.message) }
  }

  private func modelMetadata(
    request: StreamingServerRequest<Inference_ModelMetadataRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ModelMetadataResponse> {
    try await answer(.modelMetadata, request, context) { message, _ in
      try gateway.check(message.name, message.version)
      return Answer(try await gateway.modelMetadata().message)
    }
  }

  private func modelInfer(
    request: StreamingServerRequest<UnreadInferRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Inference_ModelInferResponse> {
    try await answer(.modelInfer, request, context) { unread, call in
      // Held by the work, which may outlast the call.
      let charge = try await gateway.memory.charge(
        unread.byteCount + Self.copies * unread.decodedByteCount(), for: .reading)
      defer { withExtendedLifetime(charge) {} }
      let message = try await decoded(unread)
      try gateway.check(message.modelName, message.modelVersion)
      let judged = call.context(.infer, of: gateway, version: message.modelVersion)
      let inference = try await gateway.infer(judged) { () throws(SluiceError) in try InferenceRequest(message) }
      let writing = try await gateway.memory.charge(inference.response.bytesForMessage, for: .answering)
      defer { withExtendedLifetime((writing, inference)) {} }
      var answer = Answer(inference.response.message)
      answer.metadata = ["sluice-verdict": "\(inference.judgements.headerValue)"]
      answer.outcome = inference.judgements.outcome
      return answer
    }
  }

  /// Long messages are decoded where they keep no other call waiting.
  private func decoded(_ unread: UnreadInferRequest) async throws(SluiceError) -> Inference_ModelInferRequest {
    guard unread.byteCount > Self.longestInPassing else { return try unread.decoded() }
    return try await gateway.engine.compute { () throws(SluiceError) in try unread.decoded() }
  }

  private static let longestInPassing = 1 << 20

  /// The decoded message, its contents as tensors, and as images.
  private static let copies = 3

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
    _ method: RPCMethod, _ request: StreamingServerRequest<Input>, _ context: ServerContext,
    _ work: @escaping @Sendable (Input, RPCCall) async throws -> Answer<Output>
  ) async throws -> StreamingServerResponse<Output> {
    let start = ContinuousClock.now
    let call = RPCCall(method, request.metadata, context, longest: gateway.rules.deadline)
    state.inFlight.begin()
    defer { state.inFlight.end() }
    do {
      guard method.caller == .anyone || tokens.admit(call.authorization) else {
        throw Refusal(.unauthenticated, .unauthenticated, "a valid bearer token is required")
      }
      // A client that goes away cancels the call, not the task.
      var answer = try await cancelled(with: context) {
        let message = try await call.deadline.limit { try await Self.message(of: request) }
        return try await call.deadline.abandon { try await work(message, call) }
      }
      answer.metadata.replaceOrAddString(call.identity.id, forKey: "x-request-id")
      count(call, answer.outcome, since: start)
      return StreamingServerResponse(single: ServerResponse(message: answer.message, metadata: answer.metadata))
    } catch {
      let refusal = Self.refusal(error, call.deadline)
      if !wasRefused(request) {
        count(call, refusal.outcome, since: start)
        note(refusal, call)
      }
      throw RPCError(refusal, call.identity)
    }
  }

  /// A client that waits no longer goes away by itself, at the end of what it has said that it waits.
  private static func refusal(_ error: any Error, _ deadline: Deadline) -> Refusal {
    let refusal = Refusal(error) { $0 is Gone ? .clientHasGone : nil }
    return refusal.status == .gone && deadline.isOver ? Refusal(Deadline.exceeded) : refusal
  }

  private func count(_ call: RPCCall, _ outcome: RequestOutcome, since start: ContinuousClock.Instant) {
    gateway.metrics.noteRequest(call.method.route.rawValue, outcome, seconds: start.duration(to: .now).seconds)
  }

  /// Whether a call ends because it was refused before its message had come.
  private func wasRefused<Input>(_ request: StreamingServerRequest<Input>) -> Bool {
    request.metadata.text(RefusedCalls.field).flatMap { Int($0) }.map(refused.remove) ?? false
  }

  /// The message of a call.
  ///
  /// - Throws: `Refusal` for a call without exactly one message that can be read; `Gone` when the call ends before it has
  ///   come, whatever the transport calls that: the client has reset it, broken the protocol, or was refused.
  private static func message<Input>(of request: StreamingServerRequest<Input>) async throws -> Input {
    do {
      return try await ServerRequest(stream: request).message
    } catch let error as CancellationError {
      throw error
    } catch let error as RPCError where ![.unavailable, .cancelled].contains(error.code) {
      throw Refusal(.invalid, .invalidRequest, "the call has no readable message", cause: "\(error)")
    } catch {
      throw Gone()
    }
  }

  private func note(_ refusal: Refusal, _ call: RPCCall) {
    guard refusal.status.rawValue >= 500 else { return }
    gateway.log.warning(
      "request",
      metadata: [
        "request": "\(call.identity.id)", "route": "\(call.method.route.rawValue)",
        "outcome": "\(refusal.outcome.rawValue)",
        "cause": "\(refusal.cause ?? refusal.message)",
      ])
  }
}

/// The client is not there any more.
private struct Gone: Error {}

/// What goes back for a call, and what it is called in metrics.
private struct Answer<Output: Sendable>: Sendable {
  let message: Output
  var metadata: Metadata = [:]
  var outcome = RequestOutcome.answered

  init(_ message: Output) {
    self.message = message
  }
}

extension RPCError {
  fileprivate init(_ refusal: Refusal, _ identity: RequestIdentity) {
    var metadata: Metadata = ["x-request-id": "\(identity.id)", "sluice-code": "\(refusal.code)"]
    if let verdict = refusal.verdict { metadata.replaceOrAddString(verdict.headerValue, forKey: "sluice-verdict") }
    if let time = refusal.retryAfter { metadata.replaceOrAddString("\(time)", forKey: "retry-after") }
    self.init(code: refusal.status.rpcCode, message: refusal.message, metadata: metadata)
  }
}

extension Refusal.Status {
  fileprivate var rpcCode: RPCError.Code {
    switch self {
    case .invalid, .unprocessable, .notAcceptable, .methodNotAllowed, .unsupported: .invalidArgument
    case .unauthenticated: .unauthenticated
    case .flagged: .permissionDenied
    case .notFound: .notFound
    case .busy, .tooLarge, .tooSlow: .resourceExhausted
    case .gone: .cancelled
    case .failed: .internalError
    case .badUpstream, .unavailable: .unavailable
    case .lateAnswer: .deadlineExceeded
    }
  }
}
