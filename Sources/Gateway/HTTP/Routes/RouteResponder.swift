import HTTPTypes
import Hummingbird

/// What stands before handlers, in Hummingbird's form.
typealias HTTPMiddleware = any MiddlewareProtocol<Request, Response, HTTPContext>

/// A route with what stands before its handler.
struct RouteResponder: HTTPResponder {
  let methods: RouteMethods
  let path: RoutePattern
  let middleware: [HTTPMiddleware]
  let handler: @Sendable (Request, HTTPContext) async throws -> Response

  func respond(to request: Request, context: HTTPContext) async throws -> Response {
    try await pass(request, context, middleware[...])
  }

  private func pass(
    _ request: Request, _ context: HTTPContext, _ rest: ArraySlice<HTTPMiddleware>
  ) async throws -> Response {
    guard let first = rest.first else { return try await handler(request, context) }
    return try await first.handle(request, context: context) { request, context in
      try await pass(request, context, rest.dropFirst())
    }
  }
}

/// Finds what Hummingbird's router does not: routes that take any method, and, for a path that takes another method, which.
/// Refuses requests whose heads are none that are read.
struct UnroutedRequests: RouterMiddleware {
  let routes: [RouteResponder]

  func handle(
    _ request: Request, context: HTTPContext, next: (Request, HTTPContext) async throws -> Response
  ) async throws -> Response {
    guard !context.isHeadRefused else { throw HeadText.refusal }
    let path = request.uri.path
    let isRouted = context.endpointPath != nil
    guard !isRouted || path.contains("//") else { return try await next(request, context) }
    let routes = routes.filter { $0.path.holds(path) }
    if let route = routes.first(where: { $0.methods == .any }) {
      return try await route.respond(to: request, context: context)
    }
    throw routes.isEmpty ? Refusal.noSuchPath : Refusal.otherMethods(routes.flatMap(\.methods.named))
  }
}

extension Refusal {
  static let noSuchPath = Refusal(.notFound, .notFound, "there is nothing at this path; see /openapi.json")

  static func otherMethods(_ methods: [HTTPRequest.Method]) -> Refusal {
    let names = methods.map(\.rawValue)
    var refusal = Refusal(
      .methodNotAllowed, .notFound, "this path takes \(names.filter { $0 != "HEAD" }.joined(separator: " and "))")
    refusal.allowedMethods = names
    return refusal
  }
}

extension Router<HTTPContext> {
  /// A responder for routes, behind the middleware of their port.
  convenience init(_ routes: [RouteResponder], behind middleware: [HTTPMiddleware]) {
    self.init(context: HTTPContext.self)
    for part in middleware { _ = add(middleware: part) }
    _ = add(middleware: UnroutedRequests(routes: routes))
    for route in routes {
      for method in route.methods.named { _ = on(route.path.path, method: method, responder: route) }
    }
  }
}
