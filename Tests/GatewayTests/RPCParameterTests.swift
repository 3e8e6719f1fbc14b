import Common
import OpenInference
import OpenInferenceRPC
import Testing

/// Parameters of inferences as they travel over gRPC.
struct RPCParameterTests {
  private func message(_ change: (inout Inference_ModelInferRequest) -> Void = { _ in }) -> Inference_ModelInferRequest
  {
    var message = Inference_ModelInferRequest()
    var input = Inference_ModelInferRequest.InferInputTensor()
    input.name = "x"
    input.datatype = "UINT8"
    input.shape = [1]
    input.contents.uintContents = [7]
    message.inputs = [input]
    message.outputs = [Inference_ModelInferRequest.InferRequestedOutputTensor()]
    change(&message)
    return message
  }

  private static func text(_ value: String) -> Inference_InferParameter {
    var parameter = Inference_InferParameter()
    parameter.stringParam = value
    return parameter
  }

  @Test(
    "shared memory is refused, of a request, an input and an output",
    arguments: ["shared_memory_region", "shared_memory_byte_size", "shared_memory_offset"])
  func sharedMemory(name: String) throws {
    let region = Self.text("r")
    for request in [
      message { $0.parameters[name] = region }, message { $0.inputs[0].parameters[name] = region },
      message { $0.outputs[0].parameters[name] = region },
    ] {
      let error = #expect(throws: SluiceError.self) { try InferenceRequest(request) }
      #expect(error?.code == .invalidRequest && error?.message.contains("shared memory") == true)
    }
    #expect(try InferenceRequest(message { $0.parameters["kept"] = region }).parameters.map(\.name) == ["kept"])
  }
}
