import Common
import FilterPipeline

/// TensorFlow Serving's form: instances in, predictions out.
struct PredictHandler: JudgingHandler {
  var bytesPerByte: Int { Self.jsonBytesPerByte }

  func checkHead(_ call: ServingCall) throws(Refusal) { try call.checkModel() }

  func answer(_ call: ServingCall, _ body: [UInt8]) async throws -> HTTPAnswer {
    let inference = try await call.gateway.infer(call.context(.predict)) { () throws(SluiceError) in
      try ServingPrediction.request(body)
    }
    let (response, count) = (inference.response, inference.judgements.count)
    let answer = try await call.passOn(inference, isRaw: { _ in false }) { () throws(SluiceError) in
      HTTPAnswer(json: try ServingPrediction.answer(response, images: count))
    }
    return answer.noting(inference.judgements)
  }
}
