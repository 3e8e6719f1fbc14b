import AuditLog
import Auditing
import Common
import FilterPipeline
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Workers

/// The audit in a browser: what was flagged, why, and what reviewers say about it.
///
/// Which pages there are says `RouteTables.pages`.
///
/// Pages see the log through `PermittedLog` alone, which leaves out what a visitor may not know.
///
/// Rendered here; without scripts everything works. What senders wrote is escaped by the templates, and no script but ours runs.
final class AuditPages: Sendable {
  let audit: GatewayAudit
  let gateway: InferenceGateway
  let sessions: PageSessions
  let entrance: PageEntrance
  let pictures = PagePictures()
  let cleanScores = CleanScoreSource()
  private let templates = PageTemplates()
  private let workers = WorkerPool(threads: 2)

  static let root = "/audit"

  init(_ audit: GatewayAudit, _ gateway: InferenceGateway) {
    self.audit = audit
    self.gateway = gateway
    sessions = PageSessions()
    entrance = PageEntrance(audit.reviewers, sessions)
  }

  /// Whether a path is one of the pages', or would be if there were such a page.
  static func isBelowRoot(_ path: String) -> Bool { path == root || path.hasPrefix(root + "/") }

  /// The pages as routes.
  func responders() -> [RouteResponder] {
    RouteTables.pages.map { route in
      RouteResponder(
        methods: route.methods, path: route.path,
        middleware: route.caller == .anyone ? [] : [VisitorMiddleware(pages: self)]
      ) { [self] request, context in try await answer(PageRequest(request), context, route.handler) }
    }
  }

  private func answer(
    _ page: PageRequest, _ context: HTTPContext, _ handler: PageHandler
  ) async throws -> Response {
    switch handler {
    case .open(let open): return try await open(self, page)
    case .shows(let show): return try await show(self, try PageCall(page, context))
    case .acts(let act):
      let call = try PageCall(page, context)
      return try await act(self, call, try await postedFields(page, call.visitor))
    }
  }

  /// The page that is shown instead of one that cannot be. Nobody learns which pages there are before he is known.
  func refuse(_ error: any Error, _ request: Request) -> Response {
    let page = PageRequest(request)
    if let failure = error as? PageFailure { return failed(failure, page) }
    do throws(PageFailure) { _ = try visitor(page) } catch { return failed(error, page) }
    let refusal = Refusal(ofHTTP: error)
    let isOther = refusal.status == .methodNotAllowed
    var response = failed(isOther ? .status(405, refusal.message) : .nothingThere, page)
    response.headers.append(contentsOf: refusal.headers)
    return response
  }

  /// Runs work that waits for the disk or keeps a processor busy, away from the threads that serve connections.
  ///
  /// - Parameters:
  ///   - work: with the log as this visitor may see it.
  func perform<Value: Sendable>(
    for visitor: Visitor, _ work: @escaping @Sendable (PermittedLog) throws(SluiceError) -> Value
  ) async throws(PageFailure) -> Value {
    let log = PermittedLog(
      audit.writer.store, for: visitor.reviewer,
      privateToday: gateway.engine.pipeline.definition.privateDetectors)
    do throws(SluiceError) {
      return try await workers.run { () throws(SluiceError) -> Value in try work(log) }
    } catch {
      throw .error(error)
    }
  }

  // MARK: - Pages

  /// A page of a visitor, with what all pages have.
  func page(_ name: String, _ visitor: Visitor?, status: Int = 200, _ values: [String: Any]) -> Response {
    var all: [String: Any] = [
      "version": gateway.rules.version, "hasSession": visitor != nil, "reviewer": visitor?.reviewer.name ?? "",
      "csrf": visitor?.csrf ?? "", "isOverview": false, "isRecords": false, "isSearches": false,
      "title": "Audit",
    ]
    all.merge(values) { _, own in own }
    return PageResponse.html(templates.render(name, all), status: status)
  }

  func fragment(_ name: String, _ values: [String: Any]) -> Response {
    PageResponse.html(templates.render(name, values), status: 200)
  }

  func message(
    _ heading: String, _ text: String, status: Int, _ visitor: Visitor?, back: (href: String, text: String)
  ) -> Response {
    page(
      "message", visitor, status: status,
      ["heading": heading, "text": text, "backHref": back.href, "backText": back.text, "title": heading])
  }

  private func failed(_ failure: PageFailure, _ page: PageRequest) -> Response {
    switch failure {
    case .notLoggedIn:
      guard page.method == .get, !page.isForPrograms else {
        return message(
          "Not logged in", "Log in, and try again.", status: 401, nil, back: ("\(Self.root)/login", "Log in"))
      }
      return PageResponse.redirect(to: "\(Self.root)/login?next=\(FormFields.encoded(page.address))")
    case .status(let status, let text):
      return message("That does not work", text, status: status, nil, back: (Self.root, "To the overview"))
    case .error(let error) where error.code == .noSuchRecord:
      return message(
        "There is no such record", error.description, status: 404, nil, back: (Self.root, "To the overview"))
    case .error(let error):
      gateway.log.error("audit page failed", metadata: ["error": "\(error)"])
      return message(
        "The audit log cannot be read", "The gateway's log says why.", status: 500, nil, back: (Self.root, "Try again"))
    }
  }
}

/// Why there is no page.
enum PageFailure: Error {
  case notLoggedIn
  case status(Int, String)
  case error(SluiceError)

  static let nothingThere = PageFailure.status(404, "there is nothing at this address")
}

/// Somebody whose token was right.
struct Visitor: Sendable {
  let reviewer: Reviewer
  /// What forms must carry; `nil` for a program that shows its token with every request, which no other site can make a browser
  /// do.
  let csrf: String?
  let session: String?
}
