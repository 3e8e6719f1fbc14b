import AuditLog
import CPostgreSQL

/// Values in the forms in which libpq sends them: text, which ends with a zero, and bytes as they are.
struct StatementParameters {
  private(set) var types: [Oid] = []
  private(set) var lengths: [Int32] = []
  private(set) var formats: [Int32] = []
  private var contents: [UInt8] = []
  private var starts: [Int?] = []

  private static let replacementCharacter = Array("\u{FFFD}".utf8)

  init(_ values: [SQLValue]) {
    for value in values { append(value) }
  }

  private mutating func append(_ value: SQLValue) {
    starts.append(value == .null ? nil : contents.count)
    switch value {
    case .null: describe(type: 0)
    case .integer(let number): append(text: String(number), type: ValueType.integer)
    case .real(let number): append(text: Self.text(number), type: ValueType.double)
    case .text(let text): append(text: text, type: ValueType.text)
    case .bytes(let bytes):
      describe(type: ValueType.bytes, length: bytes.count, isBinary: true)
      contents += bytes
      // An address of its own even for no bytes at the end.
      contents.append(0)
    }
  }

  /// No text of this server contains a zero.
  private mutating func append(text: String, type: Oid) {
    describe(type: type)
    for byte in text.utf8 {
      if byte == 0 { contents += Self.replacementCharacter } else { contents.append(byte) }
    }
    contents.append(0)
  }

  private mutating func describe(type: Oid, length: Int = 0, isBinary: Bool = false) {
    types.append(type)
    // A value has at most a gigabyte on the server, which refuses more.
    lengths.append(Int32(clamping: length))
    formats.append(isBinary ? 1 : 0)
  }

  private static func text(_ number: Double) -> String {
    number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : "\(number)"
  }

  /// The values' addresses during the call.
  func withPointers<Result>(_ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
    unsafe contents.withUnsafeBufferPointer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
        unsafe body(starts.map { start in unsafe start.flatMap { unsafe characters.baseAddress?.advanced(by: $0) } })
      }
    }
  }
}

/// The server's numbers for types, which are the same everywhere.
enum ValueType {
  static let boolean: Oid = 16
  static let bytes: Oid = 17
  static let integer: Oid = 20
  static let shortInteger: Oid = 21
  static let mediumInteger: Oid = 23
  static let text: Oid = 25
  static let float: Oid = 700
  static let double: Oid = 701
  static let numeric: Oid = 1700
}
