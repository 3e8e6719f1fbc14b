import HTTPTypes
import Hummingbird

/// Answers HEAD with the header fields alone that GET would give (RFC 9110, section 9.3.2).
///
/// Over HTTP/2 a body after all ends the connection, with whatever else is in flight on it.
struct HeadMiddleware: RouterMiddleware {
  func handle(
    _ request: Request, context: HTTPContext, next: (Request, HTTPContext) async throws -> Response
  ) async throws -> Response {
    let response = try await next(request, context)
    guard request.method == .head else { return response }
    var head = response
    let length = response.headers[.contentLength] ?? response.body.contentLength.map { "\($0)" }
    head.body = ResponseBody()
    head.headers[.contentLength] = length
    return head
  }
}
