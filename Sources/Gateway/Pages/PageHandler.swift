import AuditLog
import Hummingbird

/// What answers a request for an audit page.
enum PageHandler: Sendable {
  /// For whoever asks.
  case open(@Sendable (AuditPages, PageRequest) async throws -> Response)
  /// For a visitor.
  case shows(@Sendable (AuditPages, PageCall) async throws -> Response)
  /// What a form of a visitor asks for.
  case acts(@Sendable (AuditPages, PageCall, FormFields) async throws -> Response)
}

/// A visitor's request for an audit page.
struct PageCall: Sendable {
  let page: PageRequest
  let visitor: Visitor
  let parameters: Parameters

  /// - Throws: `PageFailure` for anybody but a visitor.
  init(_ page: PageRequest, _ context: HTTPContext) throws(PageFailure) {
    guard let visitor = context.visitor else { throw .notLoggedIn }
    self.page = page
    self.visitor = visitor
    parameters = context.parameters
  }

  /// What stands in a place of the path.
  func parameter(_ name: String) throws(PageFailure) -> String {
    guard let text = parameters.get(name) else { throw .nothingThere }
    return text
  }

  /// The record that the path names.
  var reference: AuditReference {
    get throws(PageFailure) {
      guard let reference = AuditReference("\(try parameter("writer")):\(try parameter("number"))") else {
        throw .nothingThere
      }
      return reference
    }
  }
}

/// Finds out who looks at the pages, and lets nobody else pass.
struct VisitorMiddleware: RouterMiddleware {
  let pages: AuditPages

  func handle(
    _ request: Request, context: HTTPContext, next: (Request, HTTPContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.visitor = try pages.visitor(PageRequest(request))
    return try await next(request, context)
  }
}
