import HTTPTypes
import Hummingbird

/// Gives each request its name and its trace, and says the name in the answer.
struct RequestIdentityMiddleware: RouterMiddleware {
  func handle(
    _ request: Request, context: HTTPContext, next: (Request, HTTPContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.identity = RequestIdentity(
      proposed: request.headers[.requestID], traceparent: request.headers[.traceparent],
      tracestate: request.headers[.tracestate])
    var response = try await next(request, context)
    response.headers[.requestID] = context.identity.id
    return response
  }
}

extension HTTPField.Name {
  static let requestID = HTTPField.Name("X-Request-Id")!
  static let traceparent = HTTPField.Name("traceparent")!
  static let tracestate = HTTPField.Name("tracestate")!
}
