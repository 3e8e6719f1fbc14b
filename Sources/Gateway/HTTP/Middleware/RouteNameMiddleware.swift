import Hummingbird

/// Notes which route a request has found.
struct RouteNameMiddleware: RouterMiddleware {
  let name: String

  func handle(
    _ request: Request, context: HTTPContext, next: (Request, HTTPContext) async throws -> Response
  ) async throws -> Response {
    context.report.note(route: name)
    return try await next(request, context)
  }
}
