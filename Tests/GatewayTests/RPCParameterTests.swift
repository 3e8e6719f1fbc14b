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

  @Test(
    "what says how tensors travel over REST is not repeated where a call goes on over REST", arguments: [true, false])
  func binaryParameters(isBinary: Bool) throws {
    var (size, wish) = (Inference_InferParameter(), Inference_InferParameter())
    size.int64Param = 5
    wish.boolParam = false
    let call = message {
      $0.parameters = ["binary_data_output": wish, "kept": wish]
      $0.inputs[0].parameters = ["binary_data_size": size, "kept": size]
      $0.outputs[0].parameters = ["binary_data": wish, "kept": wish]
    }
    let request = try InferenceRequest(call)
    let body = request.body(asBinary: isBinary)
    // A member that is there twice would be refused.
    let read = try InferenceRequest(body)
    #expect(read.inputs == request.inputs && read.inputs[0].contents == [7])
    #expect(read.parameters.map(\.name) == ["kept"] && read.outputs[0].parameters.map(\.name) == ["kept"])
    #expect(read.wantsBinary == isBinary)
  }

  @Test("nor where the answer of a model server over gRPC goes to a client over REST")
  func binaryAnswers() throws {
    var size = Inference_InferParameter()
    size.int64Param = 5
    var answer = Inference_ModelInferResponse()
    var output = Inference_ModelInferResponse.InferOutputTensor()
    output.name = "y"
    output.datatype = "UINT8"
    output.shape = [1]
    output.contents.uintContents = [7]
    output.parameters = ["binary_data_size": size]
    answer.outputs = [output]
    let response = try InferenceResponse(answer)
    #expect(try InferenceResponse(response.body { _ in true }).outputs == response.outputs)
  }
}
