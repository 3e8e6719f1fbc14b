import Pixels

/// Takes a REST body apart: its JSON, and the raw tensors after it in the order in which the JSON names them.
struct BodyReader {
  let json: JSONValue
  private let bytes: [UInt8]
  private var position: Int

  /// Numbers in JSON cost thirty times their length in memory.
  static let limits = JSONValue.Limits(depth: 32, values: 1_000_000)

  /// - Throws: `invalid-json`, and `invalid-request` for a length beyond the body's.
  init(_ body: InferenceBody) throws(SluiceError) {
    let length = body.jsonLength ?? body.bytes.count
    guard (0...body.bytes.count).contains(length) else {
      throw .invalidRequest(
        "Inference-Header-Content-Length is \(length), but the body has \(body.bytes.count) bytes")
    }
    json = try JSONValue(reading: body.bytes.span.extracting(0..<length), limits: Self.limits)
    guard case .object = json else { throw .invalidRequest("the body is no JSON object") }
    bytes = body.bytes
    position = length
  }

  /// The tensors of a list, each with its data inside the JSON or after it.
  mutating func tensors(_ key: String) throws(SluiceError) -> [InferenceTensor] {
    guard case .array(let values) = json[key] else { throw .invalidRequest("`\(key)` is missing, or no array") }
    var tensors: [InferenceTensor] = []
    for value in values { tensors.append(try tensor(value)) }
    // What nobody has declared, nobody has looked at.
    guard position == bytes.count else {
      throw .invalidRequest("\(bytes.count - position) bytes after the declared binary data")
    }
    return tensors
  }

  private mutating func tensor(_ value: JSONValue) throws(SluiceError) -> InferenceTensor {
    guard case .string(let name) = value["name"] else { throw .invalidRequest("a tensor without a name") }
    guard case .string(let type) = value["datatype"], let datatype = InferenceDatatype(rawValue: type) else {
      throw .invalidRequest("the tensor `\(name)` has no known datatype")
    }
    guard case .array(let lengths) = value["shape"] else { throw .invalidRequest("the tensor `\(name)` has no shape") }
    var shape: [Int] = []
    for length in lengths {
      guard case .integer(let length) = length else {
        throw .invalidRequest("the shape of `\(name)` is no list of lengths")
      }
      shape.append(length)
    }
    let parameters = try Self.parameters(value)
    let size = parameters.first { $0.name == BinaryParameter.size }?.value
    return try InferenceTensor(
      name: name, datatype: datatype, shape: shape, parameters: parameters.withoutBinary,
      contents: try contents(value["data"], size, ElementReader(name: name, datatype: datatype, shape: shape)))
  }

  private mutating func contents(
    _ data: JSONValue?, _ size: JSONValue?, _ elements: ElementReader
  ) throws(SluiceError) -> [UInt8] {
    switch (data, size) {
    case (let data?, nil):
      _ = try InferenceTensor.elementCount(elements.shape, of: elements.name)
      return try elements.contents(data)
    case (nil, .integer(let size)):
      guard size >= 0, size <= bytes.count - position else {
        throw .invalidRequest("the binary data of `\(elements.name)` reaches beyond the body")
      }
      defer { position += size }
      return Array(bytes[position..<position + size])
    default:
      throw .invalidRequest(
        "the tensor `\(elements.name)` needs either `data`, or `\(BinaryParameter.size)` in its parameters")
    }
  }

  static func parameters(_ value: JSONValue) throws(SluiceError) -> [JSONValue.Member] {
    switch value["parameters"] {
    case nil: return []
    case .object(let members): return members
    default: throw .invalidRequest("`parameters` is no object")
    }
  }

  static func string(_ key: String, in value: JSONValue) throws(SluiceError) -> String? {
    switch value[key] {
    case nil, .null: return nil
    case .string(let text): return text
    default: throw .invalidRequest("`\(key)` is no string")
    }
  }
}

/// The parameters that say how tensors travel.
enum BinaryParameter {
  /// How many bytes of a tensor follow the JSON.
  static let size = "binary_data_size"
  /// Whether an output is wanted raw.
  static let output = "binary_data"
  /// Whether all outputs are.
  static let allOutputs = "binary_data_output"
}

extension [JSONValue.Member] {
  var withoutBinary: [JSONValue.Member] {
    filter { ![BinaryParameter.size, BinaryParameter.output, BinaryParameter.allOutputs].contains($0.name) }
  }

  func flag(_ name: String) throws(SluiceError) -> Bool? {
    switch first(where: { $0.name == name })?.value {
    case nil: return nil
    case .bool(let flag): return flag
    default: throw .invalidRequest("the parameter `\(name)` is neither true nor false")
    }
  }
}
