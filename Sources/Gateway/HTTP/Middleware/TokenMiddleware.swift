import HTTPTypes
import Hummingbird

/// Lets requests pass that show one of the tokens, before anything of their bodies is read.
struct TokenMiddleware: RouterMiddleware {
  let tokens: BearerTokens

  func handle(
    _ request: Request, context: HTTPContext, next: (Request, HTTPContext) async throws -> Response
  ) async throws -> Response {
    guard tokens.admit(request.headers[.authorization]) else {
      throw Refusal(.unauthenticated, .unauthenticated, "a valid bearer token is required")
    }
    return try await next(request, context)
  }
}
