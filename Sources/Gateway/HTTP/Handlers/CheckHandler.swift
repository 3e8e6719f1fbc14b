import Common
import FilterPipeline
import HTTPTypes
import HummingbirdCore
import ImageCodecs

/// A check in front of others: judges whatever images a request to somebody else carries, in any of the forms that the
/// other routes take, in its body or in its address.
///
/// What carries none is allowed: a form, JSON or text that is text throughout. Whatever else it may be is refused.
struct CheckHandler: JudgingHandler {
  var bytesPerByte: Int { Self.jsonBytesPerByte }

  func checkHead(_ call: ServingCall) throws(Refusal) {
    guard !Self.isCutShort(call.headers[values: .partialBody]) else {
      throw Refusal(
        .tooLarge, .tooManyBytes, "the body was cut short; a part of a body is never judged as if it were whole")
    }
  }

  /// Whether any of the values says so: whoever adds a field of his own must not overrule the proxy's.
  private static func isCutShort(_ values: [String]) -> Bool {
    values.joined(separator: ",").split(separator: ",").contains { value in
      !["", "false"].contains(value.filter { !$0.isWhitespace }.lowercased())
    }
  }

  func answer(_ call: ServingCall, _ body: [UInt8]) async throws -> HTTPAnswer {
    let rules = call.gateway.rules
    let allowed = HTTPAnswer(json: .object(["allowed": .bool(true)]))
    guard !body.isEmpty || rules.allowEmptyChecks && Self.hasNoBody(call.request.head) else { throw Self.emptyCheck }
    let checked = CheckedBody(
      body, to: Self.path(behind: call.request.uri.path), in: call.request.head.path ?? "", call.headers,
      jsonLength: try InferHandler.jsonLength(call.headers), source: call.identity.id, most: rules.maxImages)
    if checked.isEmpty { return allowed }
    let judgements = try await call.gateway.judge(call.context(.check)) { () throws(SluiceError) in
      try checked.images()
    }.judgements
    return judgements.isEmpty ? allowed : allowed.noting(judgements)
  }

  /// Where the request that is checked goes.
  private static func path(behind path: String) -> String { String(path.dropFirst(prefix.count)) }

  private static let prefix = "/v1/check"

  /// Whether a request is one without a body, and not one whose body the proxy has kept to itself.
  private static func hasNoBody(_ head: HTTPRequest) -> Bool {
    let (headers, method) = (head.headerFields, head.method)
    let bodiless: [HTTPRequest.Method] = [.get, .head, .options, .delete]
    let names = bodiless.map(\.rawValue)
    // Proxies ask with GET whatever they are asked with, and say so.
    let original = headers[values: .forwardedMethod] + headers[values: .originalMethod]
    return bodiless.contains(method) && original.allSatisfy(names.contains) && headers[.contentType] == nil
      && !headers.contains(where: asksForProtocol)
  }

  /// Whether a field belongs to the beginning of another protocol, in which anything may be sent later. Proxies keep `Upgrade` to
  /// themselves, and pass on what belongs to a WebSocket.
  private static func asksForProtocol(_ field: HTTPField) -> Bool {
    let name = field.name.canonicalName
    return name == "upgrade" || name.hasPrefix("sec-websocket-")
  }

  /// A proxy that sends no bodies would have everything allowed.
  private static let emptyCheck = Refusal(
    SluiceError(
      .notAnImage, "there is no body to judge",
      remedy: "have the proxy send bodies to the check (Envoy: with_request_body; Traefik: forwardBody; nginx's "
        + "auth_request cannot); where it does, --\(JudgingSection().allowEmptyChecks.flag) lets requests without one pass, "
        + "unless they begin another protocol"
    ))
}

extension HTTPField.Name {
  fileprivate static let partialBody = HTTPField.Name("X-Envoy-Auth-Partial-Body")!
  fileprivate static let forwardedMethod = HTTPField.Name("X-Forwarded-Method")!
  fileprivate static let originalMethod = HTTPField.Name("X-Original-Method")!
}
