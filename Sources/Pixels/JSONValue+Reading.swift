extension JSONValue {
  /// How much JSON a reader is willing to hold: text from strangers can ask for far more memory than it has bytes.
  package struct Limits: Sendable, Hashable {
    /// Arrays and objects inside one another.
    package var depth: Int
    /// Values of all kinds, the arrays and objects themselves included.
    package var values: Int

    package init(depth: Int, values: Int) {
      self.depth = depth
      self.values = values
    }
  }

  /// Reads JSON text (RFC 8259) strictly: one value, nothing after it, no member twice in an object.
  ///
  /// Whole numbers that fit become `integer`, all others `exact`. Rejected alternative: decoding into dynamic values with
  /// `JSONDecoder`, which tries every type on every value and has no limit on how many there are.
  ///
  /// - Throws: `invalid-json`, with the byte where the trouble lies.
  /// - Complexity: O(bytes).
  package init(reading bytes: Span<UInt8>, limits: Limits) throws(SluiceError) {
    var reader = JSONReader(limits: limits)
    self = try reader.document(bytes)
  }

  /// The member of an object; `nil` for other values and absent members.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }
}

extension SluiceError.Code {
  package static let invalidJSON = SluiceError.Code("invalid-json")
}

/// A recursive descent through JSON text, never deeper than its limit.
private struct JSONReader {
  private let limits: JSONValue.Limits
  private var position = 0
  private var values = 0

  init(limits: JSONValue.Limits) {
    self.limits = limits
  }

  mutating func document(_ bytes: Span<UInt8>) throws(SluiceError) -> JSONValue {
    let value = try value(bytes, depth: 0)
    skipSpace(bytes)
    guard position == bytes.count else { throw error("there is more after the value") }
    return value
  }

  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(SluiceError) -> JSONValue {
    values += 1
    guard values <= limits.values else { throw error("more than \(limits.values) values") }
    skipSpace(bytes)
    switch peek(bytes) {
    case UInt8(ascii: "{"): return try object(bytes, depth: try deeper(depth))
    case UInt8(ascii: "["): return try array(bytes, depth: try deeper(depth))
    case UInt8(ascii: "\""): return .string(try string(bytes))
    case UInt8(ascii: "t"): return try word("true", .bool(true), bytes)
    case UInt8(ascii: "f"): return try word("false", .bool(false), bytes)
    case UInt8(ascii: "n"): return try word("null", .null, bytes)
    default: return try number(bytes)
    }
  }

  private func deeper(_ depth: Int) throws(SluiceError) -> Int {
    guard depth < limits.depth else { throw error("nested more than \(limits.depth) levels deep") }
    return depth + 1
  }

  private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(SluiceError) -> JSONValue {
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    position += 1
    skipSpace(bytes)
    if take(UInt8(ascii: "}"), bytes) { return .object(members) }
    repeat {
      skipSpace(bytes)
      guard peek(bytes) == UInt8(ascii: "\"") else { throw error("a member's name is expected") }
      let name = try string(bytes)
      // Two readers may take different ones of two members: a way around a filter.
      guard names.insert(name).inserted else { throw error("a member occurs twice in an object") }
      skipSpace(bytes)
      guard take(UInt8(ascii: ":"), bytes) else { throw error("a colon is expected") }
      members.append(JSONValue.Member(name: name, value: try value(bytes, depth: depth)))
      skipSpace(bytes)
    } while take(UInt8(ascii: ","), bytes)
    guard take(UInt8(ascii: "}"), bytes) else { throw error("a comma or the end of the object is expected") }
    return .object(members)
  }

  private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(SluiceError) -> JSONValue {
    var elements: [JSONValue] = []
    position += 1
    skipSpace(bytes)
    if take(UInt8(ascii: "]"), bytes) { return .array(elements) }
    repeat {
      elements.append(try value(bytes, depth: depth))
      skipSpace(bytes)
    } while take(UInt8(ascii: ","), bytes)
    guard take(UInt8(ascii: "]"), bytes) else { throw error("a comma or the end of the array is expected") }
    return .array(elements)
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue, _ bytes: Span<UInt8>
  ) throws(SluiceError) -> JSONValue {
    for byte in "\(word)".utf8 where !take(byte, bytes) { throw error("a value is expected") }
    return value
  }

  private mutating func number(_ bytes: Span<UInt8>) throws(SluiceError) -> JSONValue {
    let start = position
    _ = take(UInt8(ascii: "-"), bytes)
    let first = peek(bytes)
    let digits = skipDigits(bytes)
    guard digits > 0, digits == 1 || first != UInt8(ascii: "0") else { throw error("a value is expected") }
    var isWhole = true
    if take(UInt8(ascii: "."), bytes) {
      isWhole = false
      guard skipDigits(bytes) > 0 else { throw error("a digit is expected") }
    }
    if take(UInt8(ascii: "e"), bytes) || take(UInt8(ascii: "E"), bytes) {
      isWhole = false
      if !take(UInt8(ascii: "+"), bytes) { _ = take(UInt8(ascii: "-"), bytes) }
      guard skipDigits(bytes) > 0 else { throw error("a digit is expected") }
    }
    let text = try validText(bytes, start..<position)
    if isWhole, let whole = Int(text) { return .integer(whole) }
    guard let number = Double(text), number.isFinite else { throw error("a number is too large") }
    return .exact(number)
  }

  private mutating func string(_ bytes: Span<UInt8>) throws(SluiceError) -> String {
    position += 1
    let start = position
    while let byte = peek(bytes), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    // Most strings, and all large ones, have no escapes.
    if peek(bytes) == UInt8(ascii: "\"") {
      position += 1
      return try validText(bytes, start..<position - 1)
    }
    position = start
    return try escapedString(bytes)
  }

  private mutating func escapedString(_ bytes: Span<UInt8>) throws(SluiceError) -> String {
    var units: [UInt8] = []
    let start = position
    while true {
      guard let byte = peek(bytes) else { throw error("a string does not end") }
      guard byte >= 0x20 else { throw error("a control character in a string") }
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else {
          position = start
          throw error("a string is not valid UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): units += Array(String(try escape(bytes)).utf8)
      default: units.append(byte)
      }
    }
  }

  private mutating func escape(_ bytes: Span<UInt8>) throws(SluiceError) -> Unicode.Scalar {
    guard let byte = peek(bytes) else { throw error("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape(bytes)
    default: throw error("an unknown escape in a string")
    }
  }

  private mutating func unicodeEscape(_ bytes: Span<UInt8>) throws(SluiceError) -> Unicode.Scalar {
    let high = try fourDigits(bytes)
    guard (0xD800..<0xDC00).contains(high) else {
      guard let scalar = Unicode.Scalar(high) else { throw error("half a surrogate pair in a string") }
      return scalar
    }
    guard take(UInt8(ascii: "\\"), bytes), take(UInt8(ascii: "u"), bytes) else {
      throw error("half a surrogate pair in a string")
    }
    let low = try fourDigits(bytes)
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw error("half a surrogate pair in a string") }
    return scalar
  }

  private mutating func fourDigits(_ bytes: Span<UInt8>) throws(SluiceError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(bytes), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("four hexadecimal digits are expected")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  /// Bytes that are no UTF-8 would silently become others.
  private func validText(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(SluiceError) -> String {
    let part = bytes.extracting(range)
    let text = unsafe part.withUnsafeBufferPointer { unsafe String(validating: $0, as: UTF8.self) }
    guard let text else { throw error("a string is not valid UTF-8") }
    return text
  }

  private func peek(_ bytes: Span<UInt8>) -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard peek(bytes) == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipDigits(_ bytes: Span<UInt8>) -> Int {
    let start = position
    while let byte = peek(bytes), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while let byte = peek(bytes), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private func error(_ message: String) -> SluiceError {
    SluiceError(.invalidJSON, "not valid JSON: \(message)", byteOffset: position)
  }
}
