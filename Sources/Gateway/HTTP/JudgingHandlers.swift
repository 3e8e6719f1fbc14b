import Common
import FilterPipeline
import HTTPTypes
import Hummingbird
import ImageCodecs
import OpenInference

/// The routes on which images are judged.
struct JudgingHandlers {
  let gateway: InferenceGateway
  let identity: RequestIdentity
  let client: String?
  let deadline: Deadline

  /// Refuses what can be refused before the body has come.
  func checkHead(_ route: Route, _ request: Request) throws(Refusal) {
    if request.headers[.contentEncoding].map({ $0.lowercased() != Self.plainEncoding }) == true {
      throw Refusal(.unsupported, .invalidRequest, "compressed bodies are not supported; send them as they are")
    }
    switch route {
    case .infer(let model, let version): try gateway.check(model, version)
    case .predict(let model): try gateway.check(model, nil)
    case .filter: _ = try FilterAnswer(accepting: request.headers[.accept])
    case .check where Self.isCutShort(request.headers[values: .partialBody]):
      throw Refusal(.tooLarge, .tooManyBytes, "the body was cut short; a part is never judged as the whole")
    default: break
    }
  }

  /// The only encoding of bodies that is taken.
  static let plainEncoding = "identity"

  /// Whether any of the values says so: whoever adds a field of his own must not overrule the proxy's.
  private static func isCutShort(_ values: [String]) -> Bool {
    values.joined(separator: ",").split(separator: ",").contains { value in
      !["", "false"].contains(value.filter { !$0.isWhitespace }.lowercased())
    }
  }

  func answer(
    _ route: Route, _ headers: HTTPFields, _ method: HTTPRequest.Method, _ body: [UInt8]
  ) async throws -> HTTPAnswer {
    switch route {
    case .infer: try await infer(headers, body)
    case .predict: try await predict(body)
    case .filter: try await filter(headers, body)
    case .check(let path): try await check(path, headers, method, body)
    default: preconditionFailure("\(route) judges nothing")
    }
  }

  private func context(_ route: JudgingRoute) -> RequestContext {
    RequestContext(
      identity: identity, route: route, mode: gateway.rules.modes[route], client: client, deadline: deadline)
  }

  // MARK: - Open Inference Protocol

  private func infer(_ headers: HTTPFields, _ body: [UInt8]) async throws -> HTTPAnswer {
    let length = try Self.jsonLength(headers)
    let inference = try await gateway.infer(context(.infer)) { () throws(SluiceError) in
      try InferenceRequest(InferenceBody(bytes: body, jsonLength: length))
    }
    let (request, response) = (inference.request, inference.response)
    let encoded = try await gateway.engine.compute { () throws(SluiceError) in
      try Self.asUpstreamFault { () throws(SluiceError) in try response.body(isBinary: request.wantsBinary) }
    }
    var answer = HTTPAnswer(encoded.bytes, encoded.jsonLength == nil ? "application/json" : "application/octet-stream")
    answer.headers[.inferenceHeaderLength] = encoded.jsonLength.map(String.init)
    return answer.noting(inference.judgements)
  }

  /// How long the JSON before the binary data is.
  private static func jsonLength(_ headers: HTTPFields) throws(Refusal) -> Int? {
    guard let text = headers[.inferenceHeaderLength] else { return nil }
    guard let length = Int(text), length >= 0 else {
      throw Refusal(.invalid, .invalidRequest, "Inference-Header-Content-Length is no length")
    }
    return length
  }

  /// An answer that cannot be written is nothing that the sender did wrong.
  private static func asUpstreamFault<Result>(
    _ work: () throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    do throws(SluiceError) { return try work() } catch {
      throw SluiceError(.upstreamFailed, error.message, remedy: error.remedy)
    }
  }

  // MARK: - TensorFlow Serving

  private func predict(_ body: [UInt8]) async throws -> HTTPAnswer {
    let inference = try await gateway.infer(context(.predict)) { () throws(SluiceError) in
      try ServingPrediction.request(body)
    }
    let response = inference.response
    let count = inference.judgements.count
    let json = try await gateway.engine.compute { () throws(SluiceError) in
      try Self.asUpstreamFault { () throws(SluiceError) in try ServingPrediction.answer(response, images: count) }
    }
    return HTTPAnswer(json: json).noting(inference.judgements)
  }

  // MARK: - Plain HTTP

  private func filter(_ headers: HTTPFields, _ body: [UInt8]) async throws -> HTTPAnswer {
    let form = try FilterAnswer(accepting: headers[.accept])
    let contentTypes = headers[values: .contentType]
    let source = identity.id
    let judgements = try await gateway.judge(context(.filter), picture: form == .picture) { () throws(SluiceError) in
      [EncodedInput(source: source, bytes: try CarriedImages(body, contentTypes: contentTypes).only())]
    }
    let judgement = judgements[0]
    let answer =
      switch form {
      case .tensor: HTTPAnswer(judgement.tensor?.npy ?? [], "application/x-npy")
      case .verdict:
        HTTPAnswer(json: judgement.verdict.answer(id: identity.id, exposes: gateway.rules.exposesVerdicts))
      case .picture: HTTPAnswer(judgement.picture ?? [], "image/png")
      }
    return answer.noting(judgements)
  }

  // MARK: - A check in front of others

  /// Judges whatever images a request to somebody else carries, in any of the forms that the other routes take.
  ///
  /// What carries none is allowed: a form, JSON or text that is text throughout. Whatever else it may be is refused.
  private func check(
    _ path: String, _ headers: HTTPFields, _ method: HTTPRequest.Method, _ body: [UInt8]
  ) async throws -> HTTPAnswer {
    let allowed = HTTPAnswer(json: .object(["allowed": .bool(true)]))
    if body.isEmpty {
      guard gateway.rules.allowsEmptyChecks, Self.hasNoBody(headers, method) else { throw Self.emptyCheck }
      return allowed
    }
    let checked = CheckedBody(
      body, to: path, headers, jsonLength: try Self.jsonLength(headers), source: identity.id,
      most: gateway.rules.mostImages)
    let judgements = try await gateway.judge(context(.check)) { () throws(SluiceError) in try checked.images() }
    return judgements.isEmpty ? allowed : allowed.noting(judgements)
  }

  /// Whether a request is one without a body, and not one whose body the proxy has kept to itself.
  private static func hasNoBody(_ headers: HTTPFields, _ method: HTTPRequest.Method) -> Bool {
    let bodiless: [HTTPRequest.Method] = [.get, .head, .options, .delete]
    let names = bodiless.map(\.rawValue)
    // Proxies ask with GET whatever they are asked with, and say so.
    let original = headers[values: .forwardedMethod] + headers[values: .originalMethod]
    return bodiless.contains(method) && original.allSatisfy(names.contains) && headers[.contentType] == nil
  }

  /// A proxy that sends no bodies would have everything allowed.
  private static let emptyCheck = Refusal(
    SluiceError(
      .notAnImage, "there is no body to judge",
      remedy: "have the proxy send bodies to the check (Envoy: with_request_body; Traefik: forwardBody; nginx's "
        + "auth_request cannot); where it does, --\(SettingName.allowEmptyChecks.flag) lets requests without one pass"))
}

extension HTTPAnswer {
  /// With the verdicts that led to it.
  fileprivate func noting(_ judgements: [Judgement]) -> HTTPAnswer {
    var answer = self
    answer.headers[.sluiceVerdict] = judgements.headerValue
    answer.outcome = judgements.outcome
    return answer
  }
}
