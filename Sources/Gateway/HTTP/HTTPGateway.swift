import Common
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import OpenInference

/// The port on which images are judged: what its routes share.
struct HTTPGateway: Sendable {
  let gateway: InferenceGateway
  let bodies: BodyReading
  let tokens: BearerTokens
  let connections: Connections
  let state: ServingState

  /// Answers requests of its table of routes.
  ///
  /// From the outside in: HEAD and the name of the request concern every answer, also to what is refused; metrics see how
  /// each request ended; a token is looked at once it is known what is asked for, and before anything of the body is read.
  func responder() -> CheckedHeads {
    let exposes = gateway.rules.exposeVerdicts
    let middleware: [HTTPMiddleware] = [
      HeadMiddleware(), RequestIdentityMiddleware(),
      RequestMetricsMiddleware(metrics: gateway.metrics, inFlight: state.inFlight, log: gateway.log),
      RefusalMiddleware { error, _, context in
        HTTPAnswer(Refusal(ofHTTP: error), id: context.identity.id, exposes: exposes).response(context)
      },
    ]
    return CheckedHeads(router: Router(RouteTables.serving.map(responder), behind: middleware).buildResponder())
  }

  private func responder(_ route: Route<ServingHandler>) -> RouteResponder {
    var middleware: [HTTPMiddleware] = [RouteNameMiddleware(name: route.name)]
    if route.caller != .anyone { middleware.append(TokenMiddleware(tokens: tokens)) }
    middleware.append(DeadlineMiddleware(time: gateway.rules.deadline))
    let handler = route.handler
    return RouteResponder(methods: route.methods, path: route.path, middleware: middleware) { request, context in
      let call = ServingCall(self, request, context)
      // A task of its own, which ends with its connection.
      return try await connections.serve(context.channel) { try await answer(call, handler) }.response(context)
    }
  }

  private func answer(_ call: ServingCall, _ handler: ServingHandler) async throws -> HTTPAnswer {
    switch handler {
    case .tells(let tell): try await tell(call)
    case .judges(let judging): try await judge(call, judging)
    }
  }

  /// Reads the body, unless the head says enough, and has it judged within the time that is left.
  private func judge(_ call: ServingCall, _ handler: any JudgingHandler) async throws -> HTTPAnswer {
    guard call.headers.haveBodyAsItIs else {
      throw Refusal(
        .unsupported, .invalidRequest,
        "compressed or otherwise encoded bodies are not supported; send them as they are, whole or in chunks")
    }
    try handler.checkHead(call)
    call.context.channel.triggerUserOutboundEvent(BodyIsWanted(), promise: nil)
    let start = ContinuousClock.now
    let body = try await bodies.body(of: call.request, call.deadline)
    gateway.metrics.noteStage(.body, seconds: start.duration(to: .now).seconds)
    return try await call.deadline.abandon {
      // Held by the work, which may outlast the request.
      let charge = try await gateway.memory.charge(handler.bytesPerByte * body.count, for: .reading)
      defer { withExtendedLifetime(charge) {} }
      return try await handler.answer(call, body)
    }
  }
}
