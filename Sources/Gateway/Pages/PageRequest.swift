import HTTPTypes
import Hummingbird

/// A request for an audit page.
struct PageRequest: Sendable {
  let request: Request
  let method: HTTPRequest.Method
  /// Of the path, behind `/audit`.
  let parts: [String]
  let query: FormFields

  static let cookieName = "sluice-audit"

  init(_ request: Request) {
    self.request = request
    // HEAD asks for what GET gives, and gets its header fields alone.
    method = request.method == .head ? .get : request.method
    parts = request.uri.path.split(separator: "/").dropFirst().map(String.init)
    query = FormFields(request.uri.query ?? "")
  }

  /// The path with what follows it.
  var address: String { request.uri.path + (request.uri.query.map { "?\($0)" } ?? "") }

  /// Whether a program asks, which cannot log in.
  var isForPrograms: Bool {
    request.headers[.authorization] != nil || parts.first == "live"
      || parts.last.map { $0.hasSuffix(".ndjson") } ?? false
  }

  /// The value of our cookie.
  var session: String? {
    for field in request.headers[values: .cookie] {
      for pair in field.split(separator: ";") {
        let parts = pair.split(separator: "=", maxSplits: 1)
        if parts.count == 2, parts[0].trimmed == Self.cookieName { return parts[1].trimmed }
      }
    }
    return nil
  }

  /// The token that a program shows.
  var bearerToken: String? {
    guard let field = request.headers[.authorization], field.lowercased().hasPrefix("bearer ") else { return nil }
    return String(field.dropFirst("bearer ".count))
  }

  /// Whether a browser says that another site's page sent it here.
  var comesFromElsewhere: Bool {
    guard let site = request.headers[.fetchSite] else { return false }
    return site != "same-origin" && site != "none"
  }

  private static let longestForm = 16_384

  /// The fields of a form.
  ///
  /// - Throws: `PageFailure` for a body that is too long, or encoded.
  func form() async throws(PageFailure) -> FormFields {
    guard request.headers.haveBodyAsItIs else { throw .status(400, "the form is compressed, or otherwise encoded") }
    do {
      let body = try await request.body.collect(upTo: Self.longestForm)
      return FormFields(String(buffer: body))
    } catch {
      throw .status(413, "the form is too long")
    }
  }
}

extension Substring {
  fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

extension HTTPField.Name {
  static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!
  static let contentSecurityPolicy = HTTPField.Name("Content-Security-Policy")!
  static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options")!
  static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
  static let frameOptions = HTTPField.Name("X-Frame-Options")!
  static let openerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
  static let resourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
}
