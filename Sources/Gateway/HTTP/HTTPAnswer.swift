import Common
import FilterPipeline
import HTTPTypes
import Hummingbird
import NIOCore

/// What goes back for a request of the serving port.
struct HTTPAnswer: Sendable {
  var status = HTTPResponse.Status.ok
  var headers = HTTPFields()
  var contentType: String
  var body: [UInt8]
  /// For metrics.
  var outcome = RequestOutcome.answered
  /// For the log.
  var cause: String?

  init(_ body: [UInt8], _ contentType: String) {
    self.body = body
    self.contentType = contentType
  }

  init(json: JSONValue) {
    self.init(Array((json.text + "\n").utf8), "application/json")
  }

  /// The answer to a request that is refused.
  init(_ refusal: Refusal, id: String, exposes: Bool) {
    self.init(json: refusal.json(id: id, exposes: exposes))
    status = HTTPResponse.Status(code: refusal.status.rawValue)
    outcome = refusal.outcome
    // What is wrong on this side is in the log, also where its sender hears all of it.
    cause = refusal.cause ?? (refusal.status.rawValue >= 500 ? refusal.message : nil)
    headers = refusal.headers
    if let verdict = refusal.verdict { headers[.sluiceVerdict] = verdict.headerValue }
  }

  /// With the verdicts that led to it.
  func noting(_ judgements: [Judgement]) -> HTTPAnswer {
    var answer = self
    answer.headers[.sluiceVerdict] = judgements.headerValue
    answer.outcome = judgements.outcome
    return answer
  }

  /// As it is sent, noted for whoever counts requests.
  func response(_ context: HTTPContext) -> Response {
    context.report.note(outcome: outcome, cause: cause)
    var headers = headers
    headers[.contentType] = contentType
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}

extension HTTPField.Name {
  static let sluiceVerdict = HTTPField.Name("Sluice-Verdict")!
}
