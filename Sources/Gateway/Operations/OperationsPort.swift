import Common
import HTTPTypes
import Hummingbird
import NIOCore

/// What answers a request about the gateway itself.
typealias OperationsHandler = @Sendable (OperationsPort) async throws -> Response

/// The port on which the gateway is watched: what its routes share.
struct OperationsPort: Sendable {
  let gateway: InferenceGateway
  let tokens: BearerTokens
  let state: ServingState
  /// `nil` without an audit log.
  let pages: AuditPages?

  /// Answers requests of its tables of routes.
  func responder() -> CheckedHeads {
    let middleware: [HTTPMiddleware] = [
      HeadMiddleware(),
      RefusalMiddleware { error, request, context in
        if let pages, AuditPages.isBelowRoot(request.uri.path) { return pages.refuse(error, request) }
        return Self.refuse(Refusal(ofHTTP: error))
      },
    ]
    let routes = RouteTables.operations.map(responder) + (pages?.responders() ?? [])
    return CheckedHeads(router: Router(routes, behind: middleware).buildResponder())
  }

  private func responder(_ route: Route<OperationsHandler>) -> RouteResponder {
    let handler = route.handler
    return RouteResponder(
      methods: route.methods, path: route.path,
      middleware: route.caller == .anyone ? [] : [TokenMiddleware(tokens: tokens)]
    ) { _, _ in try await handler(self) }
  }

  private static func refuse(_ refusal: Refusal) -> Response {
    var response = text("\(refusal.message)\n", HTTPResponse.Status(code: refusal.status.rawValue))
    response.headers.append(contentsOf: refusal.headers)
    return response
  }

  private static func text(
    _ text: String, _ status: HTTPResponse.Status = .ok, type: String = OpenAPIContent.text.type
  ) -> Response {
    Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}

// MARK: - What is answered

extension OperationsPort {
  func live() -> Response { Self.text("ok\n") }

  func ready() async -> Response {
    let isReady = await state.isReady(gateway)
    return Self.text(isReady ? "ready\n" : "not ready\n", isReady ? .ok : .serviceUnavailable)
  }

  func metrics() -> Response {
    let registry = gateway.metrics.registry
    registry.set(.queueDepth, to: Double(gateway.admission.waiting))
    registry.set(.running, to: Double(gateway.admission.working))
    registry.set(.inFlight, to: Double(state.inFlight.count))
    registry.set(.heldBytes, to: Double(gateway.memory.used))
    gateway.metrics.noteLog(.standardError)
    return Self.text(registry.text, type: OpenAPIContent.metrics.type)
  }

  /// What can be asked of this port.
  func description() -> Response {
    let description = OpenAPI(
      title: "Sluice operations",
      about: "Tells how the gateway fares, and shows people what it has flagged.",
      version: gateway.rules.version, names: [:], needsToken: !tokens.isEmpty)
    let pages = pages == nil ? [] : RouteTables.pages.map(\.entry)
    let json = description.description(RouteTables.operations.map(\.entry) + pages)
    return Self.text(json.text + "\n", type: "application/json")
  }
}
