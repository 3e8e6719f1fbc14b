import FilterPipeline
import HTTPTypes
import Hummingbird
import ImageCodecs
import OpenInference
import Pixels

/// The routes on which images are judged.
struct JudgingHandlers {
  let gateway: InferenceGateway
  let identity: RequestIdentity
  let client: String?
  let deadline: Deadline

  /// Refuses what can be refused before the body has come.
  func checkHead(_ route: Route, _ request: Request) throws(Refusal) {
    if request.headers[.contentEncoding].map({ $0.lowercased() != "identity" }) == true {
      throw Refusal(.invalid, .invalidRequest, "compressed bodies are not supported")
    }
    switch route {
    case .infer(let model, let version): try gateway.check(model, version)
    case .predict(let model): try gateway.check(model, nil)
    case .filter: _ = try FilterAnswer(accepting: request.headers[.accept])
    case .check where request.headers[.partialBody]?.lowercased() == "true":
      throw Refusal(.tooLarge, .tooManyBytes, "the body was cut short; a part is never judged as the whole")
    default: break
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
    let contentType = headers[.contentType]
    let source = identity.id
    let judgements = try await gateway.judge(context(.filter), picture: form == .picture) { () throws(SluiceError) in
      [EncodedInput(source: source, bytes: try Self.image(body, contentType))]
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

  /// The image of a body: all of it, or the one file of a form.
  private static func image(_ body: [UInt8], _ contentType: String?) throws(SluiceError) -> [UInt8] {
    guard let boundary = contentType.flatMap({ Multipart.boundary(of: $0) }) else { return body }
    return Array(body[try Multipart(body, boundary: boundary).onlyFile()])
  }

  // MARK: - A check in front of others

  /// Judges whatever images a request to somebody else carries, in any of the forms that the other routes take.
  ///
  /// A request without a body carries none; only of a method that has a body is that suspicious.
  private func check(
    _ path: String, _ headers: HTTPFields, _ method: HTTPRequest.Method, _ body: [UInt8]
  ) async throws -> HTTPAnswer {
    if body.isEmpty {
      guard [.get, .head, .options, .delete].contains(method) else {
        throw Refusal(.unprocessable, .notAnImage, "there is no body to judge; is it sent to the check?")
      }
      return HTTPAnswer(json: .object(["allowed": .bool(true)]))
    }
    let length = try Self.jsonLength(headers)
    let contentType = headers[.contentType]
    let (source, most) = (identity.id, gateway.rules.mostImages)
    let judgements = try await gateway.judge(context(.check)) { () throws(SluiceError) in
      let plain = String(path.prefix { $0 != "?" })
      if plain.hasSuffix("/infer") {
        let request = try InferenceRequest(InferenceBody(bytes: body, jsonLength: length))
        return try ImageInputs(request, source: source, most: most).images
      }
      if plain.hasSuffix(":predict") {
        return try ImageInputs(try ServingPrediction.request(body), source: source, most: most).images
      }
      return [EncodedInput(source: source, bytes: try Self.image(body, contentType))]
    }
    return HTTPAnswer(json: .object(["allowed": .bool(true)])).noting(judgements)
  }
}

/// What is wanted of a filtered image.
enum FilterAnswer: String, CaseIterable {
  case verdict = "application/json"
  case tensor = "application/x-npy"
  case picture = "image/png"

  /// The first form of an `Accept` field that there is; verdicts for whoever takes anything.
  ///
  /// - Throws: `Refusal` where there is none.
  init(accepting field: String?) throws(Refusal) {
    let wanted = (field ?? "*/*").split(separator: ",").map { range in
      range.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
    }
    for range in wanted {
      if let form = Self.allCases.first(where: { $0.matches(range) }) {
        self = form
        return
      }
    }
    throw Refusal(
      .notAcceptable, .invalidRequest,
      "none of the accepted types is given; there are \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
  }

  private func matches(_ range: String) -> Bool {
    range == rawValue || range == "*/*" || range.hasSuffix("/*") && rawValue.hasPrefix(range.dropLast())
  }
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
