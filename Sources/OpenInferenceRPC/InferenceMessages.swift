package import OpenInference
package import Pixels
internal import SwiftProtobuf

internal import FoundationEssentials

extension InferenceRequest {
  /// Reads a gRPC request, with elements raw or listed.
  ///
  /// - Throws: `invalid-request` for whatever does not add up.
  /// - Complexity: O(bytes).
  package init(_ message: Inference_ModelInferRequest) throws(SluiceError) {
    let raw = message.rawInputContents
    guard raw.isEmpty || raw.count == message.inputs.count else {
      throw .invalidRequest("\(raw.count) raw contents for \(message.inputs.count) inputs")
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
    self.init(
      id: message.id.isEmpty ? nil : message.id, parameters: members(message.parameters), inputs: inputs,
      outputs: message.outputs.map { RequestedOutput(name: $0.name, parameters: members($0.parameters)) },
      wantsBinary: true)
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
          listed: output.contents, raw: raw.isEmpty ? nil : Array(raw[index])))
    }
    self.init(
      modelName: message.modelName, modelVersion: message.modelVersion.isEmpty ? nil : message.modelVersion,
      id: message.id.isEmpty ? nil : message.id, parameters: members(message.parameters), outputs: outputs)
  }

  /// The gRPC answer, with raw contents.
  package var message: Inference_ModelInferResponse {
    var message = Inference_ModelInferResponse()
    message.modelName = modelName
    message.modelVersion = modelVersion ?? ""
    message.id = id ?? ""
    message.parameters = inferParameters(parameters)
    message.outputs = outputs.map { tensor in
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

extension InferenceTensor {
  fileprivate init(
    name: String, type: String, shape: [Int64], parameters: [String: Inference_InferParameter],
    listed: Inference_InferTensorContents, raw: [UInt8]?
  ) throws(SluiceError) {
    guard let datatype = InferenceDatatype(rawValue: type) else {
      throw .invalidRequest("the tensor `\(name)` has no known datatype")
    }
    var lengths: [Int] = []
    for length in shape {
      guard let length = Int(exactly: length) else { throw .invalidRequest("the tensor `\(name)` has no shape") }
      lengths.append(length)
    }
    let contents = if let raw { raw } else { try listed.contents(of: datatype, name) }
    try self.init(
      name: name, datatype: datatype, shape: lengths, parameters: members(parameters), contents: contents)
  }
}

extension Inference_InferTensorContents {
  /// The raw form of listed elements; small integers are listed as 32-bit ones.
  fileprivate func contents(of datatype: InferenceDatatype, _ name: String) throws(SluiceError) -> [UInt8] {
    switch datatype {
    case .bool: return boolContents.map { $0 ? 1 : 0 }
    case .uint8: return try littleEndian(uintContents, as: UInt8.self, name)
    case .uint16: return try littleEndian(uintContents, as: UInt16.self, name)
    case .uint32: return try littleEndian(uintContents, as: UInt32.self, name)
    case .uint64: return try littleEndian(uint64Contents, as: UInt64.self, name)
    case .int8: return try littleEndian(intContents, as: Int8.self, name)
    case .int16: return try littleEndian(intContents, as: Int16.self, name)
    case .int32: return try littleEndian(intContents, as: Int32.self, name)
    case .int64: return try littleEndian(int64Contents, as: Int64.self, name)
    case .fp32: return try littleEndian(fp32Contents.map(\.bitPattern), as: UInt32.self, name)
    case .fp64: return try littleEndian(fp64Contents.map(\.bitPattern), as: UInt64.self, name)
    case .bytes: return InferenceTensor.contents(of: bytesContents.map { Array($0) })
    case .fp16, .bf16: throw .invalidRequest("the tensor `\(name)` of type \(datatype.rawValue) has to come raw")
    }
  }

  private func littleEndian<Listed: FixedWidthInteger, Element: FixedWidthInteger>(
    _ listed: [Listed], as type: Element.Type, _ name: String
  ) throws(SluiceError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(listed.count * MemoryLayout<Element>.size)
    for value in listed {
      guard let element = Element(exactly: value) else {
        throw .invalidRequest("the tensor `\(name)` has the element \(value), which its type does not have")
      }
      for index in 0..<MemoryLayout<Element>.size {
        bytes.append(UInt8(truncatingIfNeeded: element >> (8 * index)))
      }
    }
    return bytes
  }
}

/// Parameters in the order of their names: gRPC keeps none.
private func members(_ parameters: [String: Inference_InferParameter]) -> [JSONValue.Member] {
  parameters.sorted { $0.key < $1.key }.compactMap { name, parameter in
    parameter.json.map { JSONValue.Member(name: name, value: $0) }
  }
}

/// Values that gRPC has no form for, lists and objects, are passed on as JSON text.
private func inferParameters(_ members: [JSONValue.Member]) -> [String: Inference_InferParameter] {
  Dictionary(members.map { ($0.name, Inference_InferParameter($0.value)) }) { first, _ in first }
}

extension Inference_InferParameter {
  fileprivate var json: JSONValue? {
    switch parameterChoice {
    case .boolParam(let flag): .bool(flag)
    case .int64Param(let number): .integer(Int(number))
    case .stringParam(let text): .string(text)
    case .doubleParam(let number): .exact(number)
    case .uint64Param(let number): Int(exactly: number).map(JSONValue.integer) ?? .exact(Double(number))
    case nil: nil
    }
  }

  fileprivate init(_ value: JSONValue) {
    self.init()
    switch value {
    case .bool(let flag): boolParam = flag
    case .integer(let number): int64Param = Int64(number)
    case .string(let text): stringParam = text
    case .exact(let number): doubleParam = number
    default: stringParam = value.text
    }
  }
}

extension ServerMetadata {
  package init(_ message: Inference_ServerMetadataResponse) {
    self.init(name: message.name, version: message.version, extensions: message.extensions)
  }

  package var message: Inference_ServerMetadataResponse {
    var message = Inference_ServerMetadataResponse()
    message.name = name
    message.version = version
    message.extensions = extensions
    return message
  }
}

extension ModelMetadata {
  package init(_ message: Inference_ModelMetadataResponse) {
    func tensors(_ messages: [Inference_ModelMetadataResponse.TensorMetadata]) -> [Tensor] {
      messages.map { Tensor(name: $0.name, datatype: $0.datatype, shape: $0.shape.map { Int(clamping: $0) }) }
    }
    self.init(
      name: message.name, versions: message.versions, platform: message.platform, inputs: tensors(message.inputs),
      outputs: tensors(message.outputs))
  }

  package var message: Inference_ModelMetadataResponse {
    func messages(_ tensors: [Tensor]) -> [Inference_ModelMetadataResponse.TensorMetadata] {
      tensors.map { tensor in
        var message = Inference_ModelMetadataResponse.TensorMetadata()
        message.name = tensor.name
        message.datatype = tensor.datatype
        message.shape = tensor.shape.map(Int64.init)
        return message
      }
    }
    var message = Inference_ModelMetadataResponse()
    message.name = name
    message.versions = versions
    message.platform = platform
    message.inputs = messages(inputs)
    message.outputs = messages(outputs)
    return message
  }
}
