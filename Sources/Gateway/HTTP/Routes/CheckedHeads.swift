import HTTPTypes
import Hummingbird

/// Stands before a router, so that no head is routed that would take long to read.
///
/// Such a request goes on without its head: whatever surrounds the routes sees it as it sees all others, and `UnroutedRequests`
/// refuses it.
struct CheckedHeads: HTTPResponder {
  let router: RouterResponder<HTTPContext>

  func respond(to request: Request, context: HTTPContext) async throws -> Response {
    guard !request.head.isTaken else { return try await router.respond(to: request, context: context) }
    var context = context
    context.isHeadRefused = true
    let head = HTTPRequest(method: request.method, scheme: nil, authority: nil, path: "/")
    return try await router.respond(to: Request(head: head, body: request.body), context: context)
  }
}

extension HTTPRequest {
  fileprivate var isTaken: Bool {
    [path, authority].allSatisfy { $0.map(HeadText.isTaken) ?? true }
      && headerFields.allSatisfy { HeadText.isTaken($0.value) }
  }
}
