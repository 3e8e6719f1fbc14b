import Common
import FoundationEssentials
import OpenInference

/// A model server that speaks TensorFlow Serving's REST protocol.
///
///     GET  /v1/models/M/metadata   {"metadata": {"signature_def": {"signature_def": {"serving_default": {"inputs": …}}}}}
///     POST /v1/models/M:predict    {"inputs": {NAME: nested numbers, or {"b64": …}}} → {"outputs": numbers, or by name}
///
/// Calls have no id in it, so nothing shows that an answer is the one to its call. One is made after the other.
struct TensorFlowServingUpstream: UpstreamClient {
  private let transport: RESTUpstream

  private static let signature = ServingPrediction.signature
  private static let outputName = "outputs"
  /// Scores of a batch of one: a thousand classes have as many values.
  private static let answerLimits = JSONValue.Limits(depth: 32, values: 200_000, members: 1000)

  init(_ transport: RESTUpstream) { self.transport = transport }

  func close() async { await transport.close() }

  func listsElements(binary: Bool) -> Bool { true }

  /// There is nothing to ask.
  func serverMetadata(_ deadline: Deadline) -> ServerMetadata {
    ServerMetadata(name: "tensorflow-serving", version: "", extensions: [])
  }

  func modelMetadata(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> ModelMetadata {
    let answer = try await transport.get("/v1/models/\(model)/metadata", deadline)
    let json = try Self.json(answer.bytes)
    let definitions = json["metadata"]?["signature_def"]
    guard let signature = (definitions?["signature_def"] ?? definitions)?[Self.signature] else {
      throw .failed("its model has no signature \(Self.signature)")
    }
    return ModelMetadata(
      name: model, versions: [], platform: "tensorflow", inputs: Self.tensors(signature["inputs"]),
      outputs: Self.tensors(signature["outputs"]))
  }

  func isReady(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> Bool {
    _ = try await transport.get("/v1/models/\(model)", deadline)
    return true
  }

  func infer(
    _ request: InferenceRequest, _ model: String, binary: Bool, _ identity: RequestIdentity, _ deadline: Deadline,
    _ load: UpstreamLoad
  ) async throws(UpstreamTrouble) -> InferenceResponse {
    let inputs = request.inputs.map { JSONValue.Member(name: $0.name, value: $0.nestedJSON()) }
    let body = JSONValue.object(["signature_name": .string(Self.signature), "inputs": .object(inputs)])
    let text = Array(body.text.utf8)
    load.written(text.count)
    let answer = try await transport.post("/v1/models/\(model):predict", text, identity, deadline, load)
    guard let outputs = try Self.json(answer.bytes)[Self.outputName] else { throw .failed("its answer has no outputs") }
    var tensors: [InferenceTensor] = []
    // Of several outputs each has a name; of one, its numbers stand alone.
    if case .object(let members) = outputs {
      for member in members { tensors.append(try Self.tensor(member.name, member.value)) }
    } else {
      tensors.append(try Self.tensor(request.outputs.first?.name ?? Self.outputName, outputs))
    }
    return InferenceResponse(modelName: model, outputs: tensors)
  }

  private static func json(_ bytes: [UInt8]) throws(UpstreamTrouble) -> JSONValue {
    do throws(SluiceError) { return try JSONValue(reading: bytes.span, limits: answerLimits) } catch {
      throw .failed(UpstreamWords(doesNotAddUp: error.message))
    }
  }

  /// Numbers in lists as the axes nest them; words stay without a type that a number has.
  private static func tensor(_ name: String, _ json: JSONValue) throws(UpstreamTrouble) -> InferenceTensor {
    var shape: [Int] = []
    var inner = json
    while case .array(let values) = inner {
      shape.append(values.count)
      guard let first = values.first else { break }
      inner = first
    }
    var numbers: [Float] = []
    let isNumeric = collect(json, into: &numbers)
    do throws(SluiceError) {
      guard isNumeric else { return try InferenceTensor(name: name, shape: [0], elements: []) }
      return try InferenceTensor(
        name: name, datatype: .fp32, shape: shape,
        contents: numbers.reduce(into: []) { $0.append(littleEndian: $1.bitPattern) })
    } catch {
      throw .failed(UpstreamWords(doesNotAddUp: error.message))
    }
  }

  /// - Returns: whether all values were numbers; JSON's extension for those that are not finite is none.
  private static func collect(_ json: JSONValue, into numbers: inout [Float]) -> Bool {
    switch json {
    case .array(let values):
      for value in values where !collect(value, into: &numbers) { return false }
      return true
    case .integer(let number): numbers.append(Float(number))
    case .unsigned(let number): numbers.append(Float(number))
    case .number(let number, _), .exact(let number): numbers.append(Float(number))
    case .exactSingle(let number): numbers.append(number)
    case .null: numbers.append(.nan)
    case .bool, .string, .object: return false
    }
    return true
  }

  // MARK: - Metadata

  private static let types = [
    "DT_FLOAT": "FP32", "DT_HALF": "FP16", "DT_BFLOAT16": "BF16", "DT_DOUBLE": "FP64", "DT_UINT8": "UINT8",
    "DT_INT8": "INT8", "DT_INT32": "INT32", "DT_INT64": "INT64", "DT_STRING": "BYTES", "DT_BOOL": "BOOL",
  ]

  private static func tensors(_ json: JSONValue?) -> [ModelMetadata.Tensor] {
    guard case .object(let members) = json else { return [] }
    return members.compactMap { member in
      guard case .string(let type) = member.value["dtype"] else { return nil }
      var shape: [Int] = []
      if case .array(let axes) = member.value["tensor_shape"]?["dim"] { shape = axes.map(length) }
      return ModelMetadata.Tensor(name: member.name, datatype: types[type] ?? type, shape: shape)
    }
  }

  /// 64-bit numbers are text in the JSON of protocol buffers.
  private static func length(_ axis: JSONValue) -> Int {
    switch axis["size"] {
    case .string(let text): Int(text) ?? -1
    case .integer(let number): number
    default: -1
    }
  }
}

extension InferenceTensor {
  /// The elements nested as the axes are; image files as objects with base64.
  fileprivate func nestedJSON() -> JSONValue {
    guard case .array(var values) = json() else { return .null }
    if datatype == .bytes {
      values = byteElements.map { JSONValue.object(["b64": JSONValue.string(Data($0).base64EncodedString())]) }
    }
    return ServingPrediction.nested(values, shape)
  }
}
