import Common
import FilterPipeline
import HTTPTypes
import OpenInference

/// The Open Inference Protocol: a request for an inference in, the model's outputs out.
struct InferHandler: JudgingHandler {
  var bytesPerByte: Int { Self.jsonBytesPerByte }

  func checkHead(_ call: ServingCall) throws(Refusal) { try call.checkModel() }

  func answer(_ call: ServingCall, _ body: [UInt8]) async throws -> HTTPAnswer {
    let length = try Self.jsonLength(call.headers)
    let inference = try await call.gateway.infer(call.context(.infer)) { () throws(SluiceError) in
      try InferenceRequest(InferenceBody(bytes: body, jsonLength: length))
    }
    let (request, response) = (inference.request, inference.response)
    let encoded = try await call.passOn(inference, isRaw: request.wantsBinary) {
      response.body(isBinary: request.wantsBinary)
    }
    var answer = HTTPAnswer(encoded.bytes, encoded.jsonLength == nil ? "application/json" : "application/octet-stream")
    answer.headers[.inferenceHeaderLength] = encoded.jsonLength.map(String.init)
    return answer.noting(inference.judgements)
  }

  /// How long the JSON before the binary data is; `nil` where there is none.
  static func jsonLength(_ headers: HTTPFields) throws(Refusal) -> Int? {
    guard let text = headers[.inferenceHeaderLength] else { return nil }
    guard let length = Int(text), length >= 0 else {
      throw Refusal(.invalid, .invalidRequest, "Inference-Header-Content-Length is not a length")
    }
    return length
  }
}

extension HTTPField.Name {
  static let inferenceHeaderLength = HTTPField.Name("Inference-Header-Content-Length")!
}
