package import Common
internal import FoundationEssentials
package import OpenInference

extension InferenceRequest {
  /// Reads a gRPC request, with elements raw or listed.
  ///
  /// - Throws: `invalid-request` for whatever does not add up.
  /// - Complexity: O(bytes).
  package init(_ message: Inference_ModelInferRequest) throws(SluiceError) {
    let raw = message.rawInputContents
    guard raw.isEmpty || raw.count == message.inputs.count else {
      throw .invalidRequest("there are \(raw.count) raw contents for \(message.inputs.count) inputs")
    }
    var inputs: [InferenceTensor] = []
    for (index, input) in message.inputs.enumerated() {
      guard raw.isEmpty || !input.hasContents else {
        throw .invalidRequest("the input `\(input.name)` has both raw and listed contents")
      }
      inputs.append(
        try InferenceTensor(
          name: input.name, type: input.datatype, shape: input.shape, parameters: input.parameters,
          listed: input.contents, raw: raw.isEmpty ? nil : Array(raw[index])))
    }
    var outputs: [RequestedOutput] = []
    for output in message.outputs {
      outputs.append(RequestedOutput(name: output.name, parameters: try members(output.parameters)))
    }
    self.init(
      id: message.id.isEmpty ? nil : message.id, parameters: try members(message.parameters), inputs: inputs,
      outputs: outputs,
      wantsBinary: true)
    try checkNames()
  }

  /// The gRPC request, with raw contents.
  package func message(model: String, version: String) -> Inference_ModelInferRequest {
    var message = Inference_ModelInferRequest()
    message.modelName = model
    message.modelVersion = version
    message.id = id ?? ""
    message.parameters = inferParameters(parameters)
    message.inputs = inputs.map { tensor in
      var input = Inference_ModelInferRequest.InferInputTensor()
      input.name = tensor.name
      input.datatype = tensor.datatype.rawValue
      input.shape = tensor.shape.map(Int64.init)
      input.parameters = inferParameters(tensor.parameters)
      return input
    }
    message.rawInputContents = inputs.map { Data($0.contents) }
    message.outputs = outputs.map { requested in
      var output = Inference_ModelInferRequest.InferRequestedOutputTensor()
      output.name = requested.name
      output.parameters = inferParameters(requested.parameters)
      return output
    }
    return message
  }
}
