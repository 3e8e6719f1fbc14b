import Hummingbird

/// Says until when a request is to be answered: for its body, the queue, the judgement and the upstream together.
///
/// The work keeps to it by itself, with `Deadline.limit` and `Deadline.abandon`: middleware cannot leave behind what it has
/// called.
struct DeadlineMiddleware: RouterMiddleware {
  let time: Duration

  func handle(
    _ request: Request, context: HTTPContext, next: (Request, HTTPContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.deadline = Deadline(after: time)
    return try await next(request, context)
  }
}
