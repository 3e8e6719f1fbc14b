import Common

/// What the description of an interface says about one endpoint.
struct OpenAPIOperation: Sendable {
  let summary: String
  /// Contents of the body; empty for none.
  var takes: [OpenAPIContent] = []
  var responses: [OpenAPIResponse]
  /// What comes with the refusals that any endpoint of its kind may give: no token, no such thing.
  var refusal = OpenAPIContent.error

  /// Of whether something is well: the same comes with 503 while the answer is no.
  static func health(_ summary: String, _ content: OpenAPIContent) -> OpenAPIOperation {
    OpenAPIOperation(
      summary: summary,
      responses: [
        OpenAPIResponse(200, "Done.", [content]), OpenAPIResponse(503, "Not ready.", [content]),
      ])
  }

  /// Of what the server says about itself.
  ///
  /// - Parameters:
  ///   - refusals: those that it may give beside those of any endpoint.
  ///   - refusal: the form that refusals have on its port.
  static func telling(
    _ summary: String, _ content: OpenAPIContent, _ refusals: [Refusal.Status] = [],
    refusal: OpenAPIContent = .error
  ) -> OpenAPIOperation {
    OpenAPIOperation(
      summary: summary,
      responses: [OpenAPIResponse(200, "Done.", [content])] + refusals.map { OpenAPIResponse($0, refusal) },
      refusal: refusal)
  }

  /// Of what judges the images in a body.
  static func judging(_ summary: String, _ takes: [OpenAPIContent], _ gives: [OpenAPIContent]) -> OpenAPIOperation {
    OpenAPIOperation(
      summary: summary, takes: takes,
      responses: [OpenAPIResponse(200, "Done.", gives)] + judgingRefusals.map(OpenAPIResponse.init))
  }

  private static let judgingRefusals: [Refusal.Status] = [
    .invalid, .flagged, .notAcceptable, .tooSlow, .tooLarge, .unsupported, .unprocessable, .busy, .failed,
    .badUpstream, .unavailable, .lateAnswer,
  ]

  /// Of a page for people, or a part of one.
  static func page(_ summary: String, _ content: OpenAPIContent = .html) -> OpenAPIOperation {
    OpenAPIOperation(
      summary: summary,
      responses: [
        OpenAPIResponse(200, "Done.", [content]), OpenAPIResponse(500, "The audit log cannot be read.", [.html]),
      ], refusal: .html)
  }

  /// Of a form that people send, after which another page is shown.
  static func form(_ summary: String) -> OpenAPIOperation {
    OpenAPIOperation(
      summary: summary, takes: [.fields],
      responses: sentForm + [OpenAPIResponse(500, "The audit log cannot be read.", [.html])], refusal: .html)
  }

  /// Of the form that shows who somebody is.
  static func logIn(_ summary: String) -> OpenAPIOperation {
    OpenAPIOperation(
      summary: summary, takes: [.fields],
      responses: sentForm + [OpenAPIResponse(401, "Nobody has this token.", [.html])], refusal: .html)
  }

  private static let sentForm = [
    OpenAPIResponse(303, "Done; the next page is there.", [.text], headers: ["Location"]),
    OpenAPIResponse(400, "The form is wrong.", [.html]),
    OpenAPIResponse(403, "The form comes from elsewhere.", [.html]),
    OpenAPIResponse(413, "The form is too long.", [.html]),
  ]
}

/// A body of some type.
struct OpenAPIContent: Sendable {
  let type: String
  let schema: JSONValue

  static func json(_ schema: JSONValue) -> OpenAPIContent { OpenAPIContent(type: "application/json", schema: schema) }
  static func bytes(_ type: String) -> OpenAPIContent { OpenAPIContent(type: type, schema: OpenAPISchemas.bytes) }

  static let error = json(OpenAPISchemas.reference("Error"))
  static let text = OpenAPIContent(type: "text/plain; charset=utf-8", schema: OpenAPISchemas.text)
  static let html = OpenAPIContent(type: "text/html; charset=utf-8", schema: OpenAPISchemas.text)
  /// What Prometheus reads.
  static let metrics = OpenAPIContent(type: "text/plain; version=0.0.4; charset=utf-8", schema: OpenAPISchemas.text)
  /// A form as browsers send it.
  static let fields = OpenAPIContent(type: "application/x-www-form-urlencoded", schema: OpenAPISchemas.object)

  /// The forms in which an image comes alone.
  static let images =
    [bytes("image/jpeg"), bytes("image/png"), bytes("application/octet-stream")]
    + [OpenAPIContent(type: "multipart/form-data", schema: OpenAPISchemas.form), json(OpenAPISchemas.anything)]
  /// Those in which a request to somebody else may carry images, or none.
  static let otherForms = [
    OpenAPIContent(type: "application/x-www-form-urlencoded", schema: OpenAPISchemas.anything),
    OpenAPIContent(type: "text/plain", schema: OpenAPISchemas.text),
  ]
}

/// One way in which a request may end.
struct OpenAPIResponse: Sendable {
  let status: Int
  /// When it occurs, for people.
  let description: String
  let contents: [OpenAPIContent]
  /// What it says beside its body.
  let headers: [String]

  init(_ status: Int, _ description: String, _ contents: [OpenAPIContent], headers: [String] = []) {
    self.status = status
    self.description = description
    self.contents = contents
    self.headers = headers
  }

  init(_ status: Refusal.Status) { self.init(status, .error) }

  init(_ status: Refusal.Status, _ content: OpenAPIContent) {
    let header: String? =
      switch status {
      case .busy, .unavailable: "Retry-After"
      case .unauthenticated: "WWW-Authenticate"
      case .unsupported: "Accept-Encoding"
      default: nil
      }
    self.init(status.rawValue, status.description, [content], headers: header.map { [$0] } ?? [])
  }
}

extension Refusal.Status {
  /// When it occurs, for people.
  fileprivate var description: String {
    switch self {
    case .invalid: "The request breaks the protocol."
    case .unauthenticated: "A valid bearer token is required."
    case .flagged: "An image was flagged as adversarial."
    case .notFound: "There is no such path, model or version."
    case .methodNotAllowed: "The path takes another method."
    case .notAcceptable: "None of the accepted types can be given."
    case .tooSlow: "The body arrives too slowly."
    case .tooLarge: "The body is too long."
    case .unsupported: "The body is compressed, or otherwise encoded."
    case .unprocessable: "An image cannot be decoded, or is not permitted."
    case .busy: "Too many requests are waiting; try again later."
    case .gone: "The client has gone."
    case .failed: "An image could not be judged."
    case .badUpstream: "The model server failed, or cannot be reached."
    case .unavailable: "The model server is not available; try again later."
    case .lateAnswer: "The request took longer than is permitted."
    }
  }
}
