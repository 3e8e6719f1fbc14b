package import Common
internal import FoundationEssentials
package import OpenInference

extension InferenceResponse {
  /// Reads a gRPC answer, with elements raw or listed.
  ///
  /// - Throws: `invalid-request` for whatever does not add up.
  package init(_ message: Inference_ModelInferResponse) throws(SluiceError) {
    let raw = message.rawOutputContents
    guard raw.isEmpty || raw.count == message.outputs.count else {
      throw .invalidRequest("\(raw.count) raw contents for \(message.outputs.count) outputs")
    }
    var outputs: [InferenceTensor] = []
    for (index, output) in message.outputs.enumerated() {
      outputs.append(
        try InferenceTensor(
          name: output.name, type: output.datatype, shape: output.shape, parameters: output.parameters,
          listed: output.contents, raw: raw.isEmpty ? nil : Array(raw[index])
        ).decodingBase64())
    }
    self.init(
      modelName: message.modelName, modelVersion: message.modelVersion.isEmpty ? nil : message.modelVersion,
      id: message.id.isEmpty ? nil : message.id, parameters: try members(message.parameters), outputs: outputs)
  }

  /// The gRPC answer, with raw contents.
  package var message: Inference_ModelInferResponse {
    var message = Inference_ModelInferResponse()
    message.modelName = modelName
    message.modelVersion = modelVersion ?? ""
    message.id = id ?? ""
    message.parameters = inferParameters(parameters)
    message.outputs = outputs.map { $0.asRaw() }.map { tensor in
      var output = Inference_ModelInferResponse.InferOutputTensor()
      output.name = tensor.name
      output.datatype = tensor.datatype.rawValue
      output.shape = tensor.shape.map(Int64.init)
      output.parameters = inferParameters(tensor.parameters)
      return output
    }
    message.rawOutputContents = outputs.map { Data($0.contents) }
    return message
  }
}
