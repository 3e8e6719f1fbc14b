import Common

/// Takes a REST body apart: its JSON, and the raw tensors after it in the order in which the JSON names them.
///
/// Listed elements go straight from the text into the tensor's contents. So a request never holds more than four times
/// the bytes of its body, and a megabyte for whatever else the JSON says.
struct BodyReader {
  /// All members but the tensors.
  let json: JSONValue
  private let tensorsKey: String
  private let side: ElementReader.Side
  private let bytes: [UInt8]
  /// Where the binary data of the next tensor begins.
  private var position: Int
  private var heads: [TensorHead]?
  private var listed = 0

  /// A tensor as the JSON has it: its data stays there until type and shape are known.
  private struct TensorHead {
    let json: JSONValue
    let data: Range<Int>?
  }

  /// What is kept as JSON. It costs up to forty times its length in memory, so no tensor is.
  private static let limits = JSONValue.Limits(depth: 32, values: 10_000, members: 1000)
  private static let mostListed = 1_000_000

  /// - Parameters:
  ///   - tensorsKey: the member that lists the tensors.
  ///   - side: whether it is the body of a request or of an answer.
  /// - Throws: `invalid-json`, and `invalid-request` for a length beyond the body's.
  init(_ body: InferenceBody, tensors tensorsKey: String, of side: ElementReader.Side) throws(SluiceError) {
    let length = body.jsonLength ?? body.bytes.count
    guard (0...body.bytes.count).contains(length) else {
      throw .invalidRequest(
        "Inference-Header-Content-Length is \(length), but the body has \(body.bytes.count) bytes")
    }
    bytes = body.bytes
    position = length
    self.tensorsKey = tensorsKey
    self.side = side
    (json, heads) = try Self.takenApart(body.bytes.span.extracting(0..<length), tensorsKey)
  }

  private static func takenApart(
    _ text: Span<UInt8>, _ tensorsKey: String
  ) throws(SluiceError) -> (JSONValue, [TensorHead]?) {
    var cursor = JSONCursor(limits: limits)
    guard cursor.next(text) == UInt8(ascii: "{") else { throw .invalidRequest("the body is not a JSON object") }
    var members: [JSONValue.Member] = []
    var heads: [TensorHead]?
    try cursor.object(text) { name, cursor throws(SluiceError) in
      if name.isSpelt(tensorsKey), cursor.next(text) == UInt8(ascii: "[") {
        heads = try tensorHeads(text, &cursor)
      } else {
        members.append(JSONValue.Member(name: name, value: try cursor.value(text)))
      }
    }
    try cursor.finish(text)
    return (.object(members), heads)
  }

  private static func tensorHeads(
    _ text: Span<UInt8>, _ cursor: inout JSONCursor
  ) throws(SluiceError) -> [TensorHead] {
    var heads: [TensorHead] = []
    try cursor.array(text) { cursor throws(SluiceError) in
      guard cursor.next(text) == UInt8(ascii: "{") else { throw .invalidRequest("a tensor is not an object") }
      var members: [JSONValue.Member] = []
      var data: Range<Int>?
      try cursor.object(text) { name, cursor throws(SluiceError) in
        if name.isSpelt("data") {
          data = try cursor.passArray(text)
        } else {
          members.append(JSONValue.Member(name: name, value: try cursor.value(text)))
        }
      }
      heads.append(TensorHead(json: .object(members), data: data))
    }
    return heads
  }

  /// The tensors, each with its data inside the JSON or after it.
  mutating func tensors() throws(SluiceError) -> [InferenceTensor] {
    guard let heads else { throw .invalidRequest("`\(tensorsKey)` is missing, or is not an array") }
    var tensors: [InferenceTensor] = []
    for head in heads { tensors.append(try tensor(head)) }
    // What nobody has declared, nobody has looked at.
    guard position == bytes.count else {
      throw .invalidRequest("\(bytes.count - position) bytes after the declared binary data")
    }
    return tensors
  }

  private mutating func tensor(_ head: TensorHead) throws(SluiceError) -> InferenceTensor {
    let value = head.json
    guard case .string(let name) = value["name"] else { throw .invalidRequest("a tensor without a name") }
    guard case .string(let type) = value["datatype"], let datatype = InferenceDatatype(named: type) else {
      throw .invalidRequest("the tensor `\(name)` has a datatype that is not known")
    }
    let shape = try Self.shape(value["shape"], of: name)
    let parameters = try Self.parameters(value)
    let size = parameters.first { $0.name.isSpelt(BinaryParameter.size) }?.value
    return try InferenceTensor(
      name: name, datatype: datatype, shape: shape, parameters: parameters.withoutBinary,
      contents: try contents(head.data, size, ElementReader(name: name, datatype: datatype, shape: shape, of: side)))
  }

  private static func shape(_ value: JSONValue?, of name: String) throws(SluiceError) -> [Int] {
    guard case .array(let lengths) = value else { throw .invalidRequest("the tensor `\(name)` has no shape") }
    var shape: [Int] = []
    for length in lengths {
      guard case .integer(let length) = length else {
        throw .invalidRequest("the shape of `\(name)` is not a list of lengths")
      }
      shape.append(length)
    }
    return shape
  }

  private mutating func contents(
    _ data: Range<Int>?, _ size: JSONValue?, _ elements: ElementReader
  ) throws(SluiceError) -> [UInt8] {
    switch (data, size) {
    case (let data?, nil):
      try count(elements)
      return try elements.contents(bytes.span.extracting(data))
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

  private mutating func count(_ elements: ElementReader) throws(SluiceError) {
    let count = try InferenceTensor.elementCount(elements.shape, of: elements.name)
    guard count <= Self.mostListed - listed else {
      throw .invalidRequest(
        "the tensors list more than \(Self.mostListed) elements in JSON", remedy: "send them as binary data")
    }
    listed += count
  }

  /// JSON without tensors.
  ///
  /// - Throws: `invalid-json`, and `invalid-request` for anything but an object.
  static func object(_ bytes: [UInt8]) throws(SluiceError) -> JSONValue {
    let json = try JSONValue(reading: bytes.span, limits: limits)
    guard case .object = json else { throw .invalidRequest("the body is not a JSON object") }
    return json
  }

  /// - Throws: `invalid-request` for what is no object, and for parameters that name shared memory.
  static func parameters(_ value: JSONValue) throws(SluiceError) -> [JSONValue.Member] {
    switch value["parameters"] {
    case nil, .null: return []
    case .object(let members):
      try members.checkSharedMemory()
      return members
    default: throw .invalidRequest("`parameters` is not an object")
    }
  }

  static func string(_ key: String, in value: JSONValue) throws(SluiceError) -> String? {
    switch value[key] {
    case nil, .null: return nil
    case .string(let text): return text
    default: throw .invalidRequest("`\(key)` is not a string")
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
  /// Without those that say how tensors travel: whoever writes them again says that himself.
  package var withoutBinary: [JSONValue.Member] {
    let ours = [BinaryParameter.size, BinaryParameter.output, BinaryParameter.allOutputs]
    return filter { member in !ours.contains { member.name.isSpelt($0) } }
  }

  func flag(_ name: String) throws(SluiceError) -> Bool? {
    switch first(where: { $0.name.isSpelt(name) })?.value {
    case nil, .null: return nil
    case .bool(let flag): return flag
    default: throw .invalidRequest("the parameter `\(name)` is neither true nor false")
    }
  }
}
