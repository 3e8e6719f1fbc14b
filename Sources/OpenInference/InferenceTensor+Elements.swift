import FoundationEssentials
import Pixels

extension InferenceTensor {
  /// The elements as JSON, one list row by row.
  ///
  /// Numbers that are not finite become null, for which JSON has no other word. BYTES are text where they are valid
  /// UTF-8, and base64 otherwise.
  ///
  /// - Throws: `invalid-request` for half-precision types, which travel raw only.
  /// - Complexity: O(elements).
  package func json() throws(SluiceError) -> JSONValue {
    switch datatype {
    case .bool: .array(contents.map { .bool($0 != 0) })
    case .uint8: .array(contents.map { .integer(Int($0)) })
    case .uint16: .array(integers(UInt16.self))
    case .uint32: .array(integers(UInt32.self))
    case .uint64: .array(integers(UInt64.self))
    case .int8: .array(contents.map { .integer(Int(Int8(bitPattern: $0))) })
    case .int16: .array(integers(UInt16.self) { Int(Int16(bitPattern: $0)) })
    case .int32: .array(integers(UInt32.self) { Int(Int32(bitPattern: $0)) })
    case .int64: .array(integers(UInt64.self) { Int(Int64(bitPattern: $0)) })
    case .fp32: .array(words(UInt32.self).map { .exactSingle(Float(bitPattern: $0)) })
    case .fp64: .array(words(UInt64.self).map { .exact(Double(bitPattern: $0)) })
    case .bytes: .array(byteElements.map(Self.text))
    case .fp16, .bf16:
      throw .invalidRequest(
        "the tensor `\(name)` of type \(datatype.rawValue) has no form in JSON", remedy: "ask for binary data")
    }
  }

  private static func text(_ bytes: [UInt8]) -> JSONValue {
    .string(String(validating: bytes, as: UTF8.self) ?? Data(bytes).base64EncodedString())
  }

  private func integers<Word: FixedWidthInteger>(_ type: Word.Type) -> [JSONValue] {
    words(type).map { word in Int(exactly: word).map(JSONValue.integer) ?? .exact(Double(word)) }
  }

  private func integers<Word: FixedWidthInteger>(_ type: Word.Type, _ value: (Word) -> Int) -> [JSONValue] {
    words(type).map { .integer(value($0)) }
  }

  private func words<Word: FixedWidthInteger>(_ type: Word.Type) -> [Word] {
    let size = MemoryLayout<Word>.size
    return stride(from: 0, to: contents.count, by: size).map { start in
      (0..<size).reduce(Word(0)) { $0 | Word(truncatingIfNeeded: contents[start + $1]) << (8 * $1) }
    }
  }
}

/// The raw form of elements that come as JSON.
struct ElementReader {
  let name: String
  let datatype: InferenceDatatype
  let shape: [Int]

  /// Elements in one list row by row, or nested as the shape is.
  ///
  /// - Throws: `invalid-request` for lengths other than the shape's, and values that the type does not have.
  /// - Complexity: O(elements).
  func contents(_ data: JSONValue) throws(SluiceError) -> [UInt8] {
    var contents: [UInt8] = []
    guard case .array(let values) = data else { throw .invalidRequest("the data of `\(name)` is no array") }
    if case .array = values.first {
      try append(data, axis: 0, to: &contents)
    } else {
      for value in values { try append(value, to: &contents) }
    }
    return contents
  }

  private func append(_ value: JSONValue, axis: Int, to contents: inout [UInt8]) throws(SluiceError) {
    guard axis < shape.count else { return try append(value, to: &contents) }
    guard case .array(let values) = value, values.count == shape[axis] else {
      throw .invalidRequest("the nested data of `\(name)` does not have the shape \(shape)")
    }
    for value in values { try append(value, axis: axis + 1, to: &contents) }
  }

  private func append(_ value: JSONValue, to contents: inout [UInt8]) throws(SluiceError) {
    switch datatype {
    case .bool:
      guard case .bool(let bit) = value else { throw unfit }
      contents.append(bit ? 1 : 0)
    case .uint8: try append(value, UInt8.self, to: &contents)
    case .uint16: try append(value, UInt16.self, to: &contents)
    case .uint32: try append(value, UInt32.self, to: &contents)
    case .uint64: try append(value, UInt64.self, to: &contents)
    case .int8: try append(value, Int8.self, to: &contents)
    case .int16: try append(value, Int16.self, to: &contents)
    case .int32: try append(value, Int32.self, to: &contents)
    case .int64: try append(value, Int64.self, to: &contents)
    case .fp32: Self.append(Float(try number(value)).bitPattern, to: &contents)
    case .fp64: Self.append(try number(value).bitPattern, to: &contents)
    case .bytes: contents += InferenceTensor.contents(of: [try bytes(value)])
    case .fp16, .bf16:
      throw .invalidRequest(
        "the tensor `\(name)` of type \(datatype.rawValue) has no form in JSON", remedy: "send it as binary data")
    }
  }

  private func append<Element: FixedWidthInteger>(
    _ value: JSONValue, _ type: Element.Type, to contents: inout [UInt8]
  ) throws(SluiceError) {
    guard case .integer(let whole) = value, let element = Element(exactly: whole) else { throw unfit }
    Self.append(element, to: &contents)
  }

  private static func append<Element: FixedWidthInteger>(_ element: Element, to contents: inout [UInt8]) {
    for index in 0..<MemoryLayout<Element>.size {
      contents.append(UInt8(truncatingIfNeeded: element >> (8 * index)))
    }
  }

  private func number(_ value: JSONValue) throws(SluiceError) -> Double {
    switch value {
    case .integer(let whole): Double(whole)
    case .exact(let number): number
    default: throw unfit
    }
  }

  /// Images in JSON are base64.
  private func bytes(_ value: JSONValue) throws(SluiceError) -> [UInt8] {
    guard case .string(let text) = value else { throw unfit }
    guard let data = Data(base64Encoded: text) else {
      throw .invalidRequest("an element of `\(name)` is not base64", remedy: "BYTES in JSON are base64, with padding")
    }
    return Array(data)
  }

  private var unfit: SluiceError {
    .invalidRequest("the data of `\(name)` has a value that is no \(datatype.rawValue)")
  }
}
