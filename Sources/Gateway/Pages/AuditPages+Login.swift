import Hummingbird
import Logging

extension AuditPages {
  /// Who asks.
  ///
  /// - Throws: `PageFailure` for nobody.
  func visitor(_ page: PageRequest) throws(PageFailure) -> Visitor {
    if let token = page.bearerToken {
      guard let reviewer = audit.reviewers.reviewer(of: token) else { throw .notLoggedIn }
      return Visitor(reviewer: reviewer, csrf: nil, session: nil)
    }
    guard let session = page.session.flatMap({ sessions.session($0) }),
      let reviewer = audit.reviewers.reviewer(of: session.token)
    else { throw .notLoggedIn }
    return Visitor(reviewer: reviewer, csrf: session.csrf, session: session.id)
  }

  func loginPage(_ page: PageRequest, isWrong: Bool, next: String? = nil) -> Response {
    self.page(
      "login", nil, status: isWrong ? 401 : 200,
      [
        "isWrong": isWrong, "next": Self.ownAddress(next ?? page.query["next"]), "title": "Log in",
        "isOwnToken": audit.settings.reviewers == nil,
      ])
  }

  func logIn(_ page: PageRequest) async throws(PageFailure) -> Response {
    guard !page.comesFromElsewhere else { throw .status(403, "the form was sent by another site") }
    let form = try await page.form()
    guard let session = await entrance.session(for: form["token"]) else {
      gateway.log.warning("log-in to the audit pages refused")
      return loginPage(page, isWrong: true, next: form["next"])
    }
    var response = PageResponse.redirect(to: Self.ownAddress(form["next"]))
    response.headers[.setCookie] =
      "\(PageRequest.cookieName)=\(session.id); Path=\(Self.root); HttpOnly; SameSite=Strict; Max-Age=\(PageSessions.duration.components.seconds)"
    return response
  }

  func logOut(_ visitor: Visitor) -> Response {
    if let session = visitor.session { sessions.end(session) }
    var response = PageResponse.redirect(to: "\(Self.root)/login")
    response.headers[.setCookie] =
      "\(PageRequest.cookieName)=; Path=\(Self.root); HttpOnly; SameSite=Strict; Max-Age=0"
    return response
  }

  /// An address below ours: a link must not lead through the log-in to another site.
  private static func ownAddress(_ text: String?) -> String {
    guard let text, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
      text == root || text.hasPrefix(root + "/") || text.hasPrefix(root + "?")
    else { return root }
    return text
  }

  /// The fields of a form that this visitor sent from a page of ours.
  func postedFields(_ page: PageRequest, _ visitor: Visitor) async throws(PageFailure) -> FormFields {
    guard !page.comesFromElsewhere else { throw .status(403, "the form was sent by another site") }
    let form = try await page.form()
    guard let csrf = visitor.csrf else { return form }
    guard form["csrf"] == csrf else { throw .status(403, "the form is of another session; open its page again") }
    return form
  }
}
