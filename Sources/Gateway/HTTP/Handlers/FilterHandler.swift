import Common
import FilterPipeline
import HTTPTypes

/// Plain HTTP: an image in; its verdict, its tensor or the forwarded picture out.
struct FilterHandler: JudgingHandler {
  var bytesPerByte: Int { Self.plainBytesPerByte }

  func checkHead(_ call: ServingCall) throws(Refusal) { _ = try FilterAnswer(accepting: call.headers[.accept]) }

  func answer(_ call: ServingCall, _ body: [UInt8]) async throws -> HTTPAnswer {
    let form = try FilterAnswer(accepting: call.headers[.accept])
    let (contentTypes, source) = (call.headers[values: .contentType], call.identity.id)
    let context = call.context(.filter)
    let images = try await call.gateway.judge(context, picture: form == .picture) { () throws(SluiceError) in
      [EncodedInput(source: source, bytes: try CarriedImages(body, contentTypes: contentTypes).only())]
    }
    // Until the answer is made of the tensor, or the picture.
    defer { withExtendedLifetime(images) {} }
    let judgement = images.judgements[0]
    let answer =
      switch form {
      case .tensor: HTTPAnswer(judgement.tensor?.npy ?? [], "application/x-npy")
      case .verdict:
        HTTPAnswer(json: judgement.verdict.answer(id: source, exposes: call.gateway.rules.exposeVerdicts))
      case .picture: HTTPAnswer(judgement.picture ?? [], "image/png")
      }
    return answer.noting(images.judgements)
  }
}
