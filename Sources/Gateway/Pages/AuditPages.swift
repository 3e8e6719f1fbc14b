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
///     /audit                                  overview
///     /audit/records                          list
///     /audit/records.ndjson                   the same list, all of it, for programs
///     /audit/records/WRITER/NUMBER            one record
///     /audit/records/WRITER/NUMBER/pictures/… its pictures, made anew
///     /audit/records/WRITER/NUMBER/file       the sender's file, for saving
///
/// Pages see the log through `PermittedLog` alone, which leaves out what a visitor may not know.
///
/// Rendered here; without scripts everything works. What senders wrote is escaped by the templates, and no script but ours runs.
final class AuditPages: Sendable {
  let audit: GatewayAudit
  let gateway: InferenceGateway
  let sessions = PageSessions()
  let pictures = PagePictures()
  let cleanScores = CleanScoreSource()
  private let templates = PageTemplates()
  private let workers = WorkerPool(threads: 2)

  static let root = "/audit"

  init(_ audit: GatewayAudit, _ gateway: InferenceGateway) {
    self.audit = audit
    self.gateway = gateway
  }

  /// Answers a request below `/audit`.
  func respond(to request: Request) async -> Response {
    let page = PageRequest(request)
    do throws(PageFailure) {
      return try await answer(page)
    } catch {
      return failed(error, page)
    }
  }

  private func answer(_ page: PageRequest) async throws(PageFailure) -> Response {
    switch (page.method, page.parts) {
    case (.get, ["assets", "style.css"]): return PageResponse.asset(PageTemplates.style, "text/css; charset=utf-8")
    case (.get, ["assets", "script.js"]):
      return PageResponse.asset(PageTemplates.script, "text/javascript; charset=utf-8")
    case (.get, ["assets", "icon.svg"]): return PageResponse.asset(PageTemplates.icon, "image/svg+xml")
    case (.get, ["login"]): return loginPage(page, isWrong: false)
    case (.post, ["login"]): return try await logIn(page)
    default: break
    }
    let visitor = try visitor(page)
    guard page.method == .get else {
      guard page.method == .post else { throw .status(405, "this address takes GET or POST") }
      return try await act(page, visitor, try await postedFields(page, visitor))
    }
    return try await show(page, visitor)
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
    let outcome = await Task(executorPreference: workers) { () -> Result<Value, SluiceError> in
      do throws(SluiceError) { return .success(try work(log)) } catch { return .failure(error) }
    }.value
    do throws(SluiceError) { return try outcome.get() } catch { throw .error(error) }
  }

  // MARK: - Pages

  /// A page of a visitor, with what all pages have.
  func page(_ name: String, _ visitor: Visitor?, status: Int = 200, _ values: [String: Any]) -> Response {
    var all: [String: Any] = [
      "version": gateway.rules.version, "hasSession": visitor != nil, "reviewer": visitor?.reviewer.name ?? "",
      "csrf": visitor?.csrf ?? "", "isOverview": false, "isRecords": false, "title": "Audit",
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
}

/// Somebody whose token was right.
struct Visitor: Sendable {
  let reviewer: Reviewer
  /// What forms must carry; `nil` for a program that shows its token with every request, which no other site can make a browser
  /// do.
  let csrf: String?
  let session: String?
}
