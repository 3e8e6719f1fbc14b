import Common

extension InferenceRequest {
  /// Reads the body of a REST request, with or without the binary extension.
  ///
  /// - Throws: `invalid-json`; `invalid-request` for whatever does not add up.
  /// - Complexity: O(bytes).
  package init(_ body: InferenceBody) throws(SluiceError) {
    var reader = try BodyReader(body, tensors: "inputs", of: .request)
    let parameters = try BodyReader.parameters(reader.json)
    self.init(
      id: try BodyReader.string("id", in: reader.json), parameters: parameters.withoutBinary,
      inputs: try reader.tensors(), outputs: try Self.outputs(reader.json),
      wantsBinary: try parameters.flag(BinaryParameter.allOutputs) ?? false)
    try checkNames()
  }

  private static func outputs(_ json: JSONValue) throws(SluiceError) -> [RequestedOutput] {
    var outputs: [RequestedOutput] = []
    switch json["outputs"] {
    case nil, .null: break
    case .array(let values):
      for value in values {
        guard case .string(let name) = value["name"] else { throw .invalidRequest("a requested output without a name") }
        let parameters = try BodyReader.parameters(value)
        outputs.append(
          RequestedOutput(
            name: name, parameters: parameters.withoutBinary, wantsBinary: try parameters.flag(BinaryParameter.output)))
      }
    default: throw .invalidRequest("`outputs` is not an array")
    }
    return outputs
  }

  /// The body of a REST request.
  ///
  /// - Parameters:
  ///   - asBinary: whether tensors travel raw in both directions; servers say among their extensions whether they know it.
  package func body(asBinary: Bool) -> InferenceBody {
    var writer = BodyWriter()
    var tensors: [JSONValue] = []
    for input in inputs { tensors.append(writer.add(input, asBinary: asBinary)) }
    let outputs = self.outputs.map { output in
      JSONValue.object(["name": .string(output.name), "parameters": BodyWriter.parameters(output.parameters)])
    }
    let binary = asBinary ? [JSONValue.Member(name: BinaryParameter.allOutputs, value: .bool(true))] : []
    return writer.body(
      .object([
        "id": id.map(JSONValue.string), "parameters": BodyWriter.parameters(parameters + binary),
        "inputs": .array(tensors), "outputs": outputs.isEmpty ? nil : .array(outputs),
      ]))
  }
}

extension InferenceResponse {
  /// Reads the body of a REST answer, with or without the binary extension.
  ///
  /// - Throws: `invalid-json`; `invalid-request` for whatever does not add up.
  package init(_ body: InferenceBody) throws(SluiceError) {
    var reader = try BodyReader(body, tensors: "outputs", of: .answer)
    self.init(
      modelName: try BodyReader.string("model_name", in: reader.json) ?? "",
      modelVersion: try BodyReader.string("model_version", in: reader.json),
      id: try BodyReader.string("id", in: reader.json),
      parameters: try BodyReader.parameters(reader.json).withoutBinary,
      outputs: try reader.tensors().map { $0.decodingBase64() })
  }

  /// The body of a REST answer.
  ///
  /// - Parameters:
  ///   - isBinary: whether the output of this name travels raw.
  package func body(isBinary: (String) -> Bool) -> InferenceBody {
    var writer = BodyWriter()
    var tensors: [JSONValue] = []
    for output in outputs { tensors.append(writer.add(output, asBinary: isBinary(output.name))) }
    return writer.body(
      .object([
        "model_name": .string(modelName), "model_version": modelVersion.map(JSONValue.string),
        "id": id.map(JSONValue.string), "parameters": BodyWriter.parameters(parameters), "outputs": .array(tensors),
      ]))
  }
}

/// Puts a REST body together.
private struct BodyWriter {
  private var raw: [UInt8] = []
  private var hasRaw = false

  mutating func add(_ tensor: InferenceTensor, asBinary: Bool) -> JSONValue {
    let tensor = asBinary ? tensor.asRaw() : tensor.asListed()
    var parameters = tensor.parameters
    if asBinary {
      parameters.append(JSONValue.Member(name: BinaryParameter.size, value: .integer(tensor.contents.count)))
      raw += tensor.contents
      hasRaw = true
    }
    return .object([
      "name": .string(tensor.name), "datatype": .string(tensor.datatype.rawValue),
      "shape": .array(tensor.shape.map(JSONValue.integer)), "parameters": Self.parameters(parameters),
      "data": asBinary ? nil : tensor.json(),
    ])
  }

  func body(_ json: JSONValue) -> InferenceBody {
    let text = Array(json.text.utf8)
    return InferenceBody(bytes: text + raw, jsonLength: hasRaw ? text.count : nil)
  }

  static func parameters(_ members: [JSONValue.Member]) -> JSONValue? {
    members.isEmpty ? nil : .object(members)
  }
}
