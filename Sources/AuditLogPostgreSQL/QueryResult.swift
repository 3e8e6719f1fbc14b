import AuditLog
import CPostgreSQL

/// What the server answered; freed with its last use.
@safe struct QueryResult: ~Copyable {
  private let handle: OpaquePointer

  @unsafe init(_ handle: OpaquePointer) {
    unsafe self.handle = handle
  }

  deinit {
    unsafe PQclear(handle)
  }

  var isSuccess: Bool {
    let status = unsafe PQresultStatus(handle)
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
  }

  /// The command that was carried out, such as `COMMIT`.
  var tag: String { unsafe PQcmdStatus(handle).map { unsafe String(cString: $0) } ?? "" }

  /// The SQLSTATE of a failure; `nil` where the server did not get to say one.
  var code: String? { field(sluice_pq_sqlstate) }

  /// The failure in a sentence. Its details are left out: they quote rows.
  var message: String {
    unsafe field(sluice_pq_message) ?? PQresultErrorMessage(handle).map { unsafe String(cString: $0) } ?? ""
  }

  private func field(_ name: Int32) -> String? {
    unsafe PQresultErrorField(handle, name).map { unsafe String(cString: $0) }
  }

  func rows() -> [SQLRow] {
    let types = unsafe (0..<PQnfields(handle)).map { unsafe PQftype(handle, $0) }
    return unsafe (0..<PQntuples(handle)).map { row in
      SQLRow(types.enumerated().map { value(row, Int32($0), type: $1) })
    }
  }

  private func value(_ row: Int32, _ column: Int32, type: Oid) -> SQLValue {
    guard unsafe PQgetisnull(handle, row, column) == 0, let start = unsafe PQgetvalue(handle, row, column) else {
      return .null
    }
    let length = Int(unsafe PQgetlength(handle, row, column))
    return unsafe SQLValue(UnsafeRawBufferPointer(start: start, count: length), type: type)
  }
}

extension SQLValue {
  /// From the text form of a value. Text is what is none of the other types.
  @unsafe fileprivate init(_ characters: UnsafeRawBufferPointer, type: Oid) {
    if type == ValueType.bytes {
      self = unsafe .bytes(Self.bytes(characters))
      return
    }
    let text = unsafe String(decoding: characters, as: UTF8.self)
    switch type {
    case ValueType.integer, ValueType.mediumInteger, ValueType.shortInteger:
      self = Int(text).map(SQLValue.integer) ?? .text(text)
    case ValueType.double, ValueType.float: self = Double(text).map(SQLValue.real) ?? .text(text)
    case ValueType.numeric: self = Self.number(text)
    case ValueType.boolean: self = .integer(text == "t" ? 1 : 0)
    default: self = .text(text)
    }
  }

  /// Sums of integers come as numbers of any length.
  private static func number(_ text: String) -> SQLValue {
    let parts = text.split(separator: ".", maxSplits: 1)
    if let whole = parts.first.flatMap({ Int($0) }), parts.dropFirst().allSatisfy({ $0.allSatisfy { $0 == "0" } }) {
      return .integer(whole)
    }
    return Double(text).map(SQLValue.real) ?? .text(text)
  }

  /// From `\x` and two digits for each byte.
  private static func bytes(_ characters: UnsafeRawBufferPointer) -> [UInt8] {
    let digits = unsafe characters.dropFirst(2)
    return unsafe [UInt8](unsafeUninitializedCapacity: digits.count / 2) { bytes, count in
      for place in unsafe stride(from: digits.startIndex, to: digits.endIndex - 1, by: 2) {
        unsafe bytes.initializeElement(at: count, to: nibble(digits[place]) << 4 | nibble(digits[place + 1]))
        count += 1
      }
    }
  }

  private static func nibble(_ digit: UInt8) -> UInt8 {
    digit < UInt8(ascii: "a") ? digit & 0x0F : digit - UInt8(ascii: "a") + 10
  }
}
