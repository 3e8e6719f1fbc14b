import Common
import FilterPipeline
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import OpenInference

/// What the server knows about a request besides the request.
struct ConnectionContext: InitializableFromSource {
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    channel = source.channel
  }
}

/// Answers HTTP requests: finds the route, reads the body, judges, and says what came of it.
struct HTTPGateway: HTTPResponder {
  let gateway: InferenceGateway
  let bodies: BodyReading
  let tokens: BearerTokens
  let connections: Connections
  let state: ServingState

  func respond(to request: Request, context: ConnectionContext) async throws -> Response {
    let start = ContinuousClock.now
    let identity = RequestIdentity(
      proposed: request.headers[.requestID], traceparent: request.headers[.traceparent],
      tracestate: request.headers[.tracestate])
    state.inFlight.begin()
    defer { state.inFlight.end() }
    var name = "none"
    var answer: HTTPAnswer
    do throws(Refusal) {
      let route = try Route.find(request.method, request.uri.path)
      name = route.name
      answer = try await self.answer(route, request, identity, context)
    } catch {
      answer = refusal(error, identity)
    }
    let seconds = start.duration(to: .now).seconds
    gateway.metrics.noteRequest(name, answer.outcome, seconds: seconds)
    note(answer, name, identity, seconds)
    return response(answer, identity, to: request.method)
  }

  private func answer(
    _ route: Route, _ request: Request, _ identity: RequestIdentity, _ context: ConnectionContext
  ) async throws(Refusal) -> HTTPAnswer {
    guard route.isOpenToAll || tokens.admit(request.headers[.authorization]) else {
      throw Refusal(.unauthenticated, .unauthenticated, "a valid bearer token is needed")
    }
    let deadline = Deadline(after: gateway.rules.requestTime)
    let client = gateway.audit?.client.name(
      address: context.channel.remoteAddress?.ipAddress, authorization: request.headers[.authorization]
    ) { name in HTTPField.Name(name).flatMap { request.headers[$0] } }
    do {
      return try await connections.serve(context.channel) {
        try await self.handle(route, request, identity, client, deadline)
      }
    } catch let error as Refusal {
      throw error
    } catch let error as SluiceError {
      throw Refusal(error)
    } catch is CancellationError {
      throw Refusal(.gone, .cancelled, "the client has gone")
    } catch {
      // What the transport throws while a body is read: the client broke off or broke the protocol.
      throw Refusal(.gone, .cancelled, "the request could not be read", cause: "\(error)")
    }
  }

  private func handle(
    _ route: Route, _ request: Request, _ identity: RequestIdentity, _ client: String?, _ deadline: Deadline
  ) async throws -> HTTPAnswer {
    switch route {
    case .serverLive: return HTTPAnswer(json: .object(["live": .bool(true)]))
    case .serverReady: return await ready()
    case .modelReady(let model, let version):
      try check(model, version)
      return await ready(model)
    case .serverMetadata: return HTTPAnswer(json: gateway.serverMetadata.json)
    case .modelMetadata(let model, let version):
      try check(model, version)
      return try await deadline.abandon { HTTPAnswer(json: try await gateway.modelMetadata().json) }
    case .openAPI: return HTTPAnswer(json: OpenAPI.description(gateway.rules, needsToken: !tokens.isEmpty))
    case .infer, .predict, .filter, .check:
      let judging = JudgingHandlers(gateway: gateway, identity: identity, client: client, deadline: deadline)
      return try await judge(route, request, judging)
    }
  }

  private func judge(
    _ route: Route, _ request: Request, _ judging: JudgingHandlers
  ) async throws -> HTTPAnswer {
    try judging.checkHead(route, request)
    let start = ContinuousClock.now
    let body = try await bodies.body(of: request, judging.deadline)
    gateway.metrics.noteStage("body", seconds: start.duration(to: .now).seconds)
    let (headers, method) = (request.headers, request.method)
    return try await judging.deadline.abandon {
      // Held by the work, which may outlast the request.
      let charge = try await gateway.memory.charge(route.bytesForReading(body.count), for: .reading)
      defer { withExtendedLifetime(charge) {} }
      return try await judging.answer(route, headers, method, body)
    }
  }

  private func check(_ model: String, _ version: String?) throws(Refusal) { try gateway.check(model, version) }

  private func ready(_ model: String? = nil) async -> HTTPAnswer {
    let isReady = await state.isReady(gateway)
    var answer = HTTPAnswer(json: .object(["name": model.map(JSONValue.string), "ready": .bool(isReady)]))
    if !isReady { answer.status = .serviceUnavailable }
    return answer
  }

  private func refusal(_ refusal: Refusal, _ identity: RequestIdentity) -> HTTPAnswer {
    var answer = HTTPAnswer(json: refusal.json(id: identity.id, exposes: gateway.rules.exposesVerdicts))
    answer.status = HTTPResponse.Status(code: refusal.status.rawValue)
    answer.outcome = refusal.outcome
    answer.cause = refusal.cause
    if let verdict = refusal.verdict { answer.headers[.sluiceVerdict] = verdict.headerValue }
    answer.headers[.retryAfter] = refusal.retryAfter?.description
    switch refusal.status {
    case .unauthenticated: answer.headers[.wwwAuthenticate] = "Bearer"
    case .methodNotAllowed: answer.headers[.allow] = refusal.allowedMethods.joined(separator: ", ")
    case .unsupported: answer.headers[.acceptEncoding] = JudgingHandlers.plainEncoding
    default: break
    }
    return answer
  }

  private func note(_ answer: HTTPAnswer, _ route: String, _ identity: RequestIdentity, _ seconds: Double) {
    let isTrouble = answer.status.code >= 500
    gateway.log.log(
      level: isTrouble ? .warning : .debug, "request",
      metadata: [
        "request": "\(identity.id)", "route": "\(route)", "status": "\(answer.status.code)",
        "outcome": "\(answer.outcome)", "seconds": "\(seconds)",
      ].merging(answer.cause.map { ["cause": "\($0)"] } ?? [:]) { _, cause in cause })
  }

  private func response(
    _ answer: HTTPAnswer, _ identity: RequestIdentity, to method: HTTPRequest.Method
  ) -> Response {
    var headers = answer.headers
    headers[.requestID] = identity.id
    if headers[.contentType] == nil { headers[.contentType] = answer.contentType }
    return Response(
      status: answer.status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
    ).answering(method)
  }
}

/// What goes back for a request.
struct HTTPAnswer: Sendable {
  var status = HTTPResponse.Status.ok
  var headers = HTTPFields()
  var contentType: String
  var body: [UInt8]
  /// For metrics.
  var outcome = "answered"
  /// For the log.
  var cause: String?

  init(_ body: [UInt8], _ contentType: String) {
    self.body = body
    self.contentType = contentType
  }

  init(json: JSONValue) {
    self.init(Array((json.text + "\n").utf8), "application/json")
  }
}

extension HTTPField.Name {
  static let requestID = HTTPField.Name("X-Request-Id")!
  static let traceparent = HTTPField.Name("traceparent")!
  static let tracestate = HTTPField.Name("tracestate")!
  static let sluiceVerdict = HTTPField.Name("Sluice-Verdict")!
  static let inferenceHeaderLength = HTTPField.Name("Inference-Header-Content-Length")!
  static let partialBody = HTTPField.Name("X-Envoy-Auth-Partial-Body")!
  static let forwardedMethod = HTTPField.Name("X-Forwarded-Method")!
  static let originalMethod = HTTPField.Name("X-Original-Method")!
}
