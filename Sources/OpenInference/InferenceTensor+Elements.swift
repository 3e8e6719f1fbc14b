import Common
import FoundationEssentials

extension InferenceTensor {
  /// The elements as JSON, one list row by row.
  ///
  /// Numbers that are not finite become null, for which JSON has no other word. BYTES are text where they are valid
  /// UTF-8 and the parameter `content_type` does not say otherwise, and else base64.
  ///
  /// Half precision is written as the single-precision numbers that it stands for: most servers read none of it in JSON, and every
  /// client reads numbers.
  ///
  /// - Complexity: O(elements).
  package func json() -> JSONValue {
    switch datatype {
    case .bool: .array(contents.map { .bool($0 != 0) })
    case .uint8: .array(contents.map { .integer(Int($0)) })
    case .uint16: .array(integers(UInt16.self) { Int($0) })
    case .uint32: .array(integers(UInt32.self) { Int($0) })
    case .uint64: .array(words(UInt64.self).map { Int(exactly: $0).map(JSONValue.integer) ?? .unsigned($0) })
    case .int8: .array(contents.map { .integer(Int(Int8(bitPattern: $0))) })
    case .int16: .array(integers(UInt16.self) { Int(Int16(bitPattern: $0)) })
    case .int32: .array(integers(UInt32.self) { Int(Int32(bitPattern: $0)) })
    case .int64: .array(integers(UInt64.self) { Int(Int64(bitPattern: $0)) })
    case .fp16: .array(words(UInt16.self).map { .exactSingle(Float(Float16(bitPattern: $0))) })
    case .bf16: .array(words(UInt16.self).map { .exactSingle(Float(bitPattern: UInt32($0) << 16)) })
    case .fp32: .array(words(UInt32.self).map { .exactSingle(Float(bitPattern: $0)) })
    case .fp64: .array(words(UInt64.self).map { .exact(Double(bitPattern: $0)) })
    case .bytes: .array(byteElements.map(isListedAsBase64 ? Self.base64 : Self.text))
    }
  }

  private static func text(_ bytes: [UInt8]) -> JSONValue {
    .string(String(validating: bytes, as: UTF8.self) ?? Data(bytes).base64EncodedString())
  }

  private static func base64(_ bytes: [UInt8]) -> JSONValue { .string(Data(bytes).base64EncodedString()) }

  private func integers<Word: FixedWidthInteger>(_ type: Word.Type, _ value: (Word) -> Int) -> [JSONValue] {
    words(type).map { .integer(value($0)) }
  }

  /// The elements as numbers of their size.
  ///
  /// - Precondition: the datatype has that size.
  /// - Complexity: O(elements).
  package func words<Word: FixedWidthInteger>(_ type: Word.Type) -> [Word] {
    stride(from: 0, to: contents.count, by: Word.bitWidth / 8).map { contents.littleEndian(at: $0) }
  }
}
