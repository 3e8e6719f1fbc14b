/// Words, numbers and strings (RFC 8259).
extension JSONCursor {
  mutating func word(
    _ word: StaticString, _ value: JSONValue, _ bytes: Span<UInt8>
  ) throws(SluiceError) -> JSONValue {
    for byte in "\(word)".utf8 where !take(byte, bytes) { throw error("a value is expected") }
    return value
  }

  /// Passes over a word that JSON does not have, for readers that take it all the same; false where something else stands.
  package mutating func passes(_ word: StaticString, _ bytes: Span<UInt8>) -> Bool {
    let start = position
    for byte in "\(word)".utf8 where !take(byte, bytes) {
      position = start
      return false
    }
    return true
  }

  mutating func number(_ bytes: Span<UInt8>) throws(SluiceError) -> JSONValue {
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
    guard position - start <= Self.longestNumber else {
      throw error("a number of more than \(Self.longestNumber) characters")
    }
    if isWhole, let whole = Self.whole(bytes, start..<position) { return .integer(whole) }
    let text = try validText(bytes, start..<position)
    guard let number = Double(text), number.isFinite else { throw error("a number is too large") }
    return .exact(number)
  }

  /// The largest of doubles written out, with some decimals, is shorter.
  private static let longestNumber = 400

  /// The whole number that the digits say; `nil` for one that does not fit.
  private static func whole(_ bytes: Span<UInt8>, _ text: Range<Int>) -> Int? {
    let isNegative = bytes[text.lowerBound] == UInt8(ascii: "-")
    var negative = 0
    for index in text.dropFirst(isNegative ? 1 : 0) {
      // Counted downwards, where there is one number more.
      let (tens, overflows) = negative.multipliedReportingOverflow(by: 10)
      let (sum, isTooLong) = tens.subtractingReportingOverflow(Int(bytes[index] - UInt8(ascii: "0")))
      guard !overflows, !isTooLong else { return nil }
      negative = sum
    }
    return isNegative ? negative : Int(exactly: negative.magnitude)
  }

  mutating func string(_ bytes: Span<UInt8>) throws(SluiceError) -> String {
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
      case UInt8(ascii: "\\"):
        units.append(contentsOf: UTF8.encode(try escape(bytes)) ?? UTF8.encodedReplacementCharacter)
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
      guard let byte = peek(bytes), let digit = Hexadecimal.value(byte) else {
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

  func peek(_ bytes: Span<UInt8>) -> UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard peek(bytes) == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipDigits(_ bytes: Span<UInt8>) -> Int {
    let start = position
    while let byte = peek(bytes), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  mutating func skipSpace(_ bytes: Span<UInt8>) {
    while let byte = peek(bytes), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  func error(_ message: String) -> SluiceError {
    SluiceError(.invalidJSON, "not valid JSON: \(message)", byteOffset: position)
  }
}
