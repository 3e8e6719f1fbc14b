/// A JSON value that keeps the order in which its members were written, so that a verdict line reads from the general
/// to the particular and looks the same on every run.
package enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  /// A whole number that `integer` need not have room for; never read.
  case unsigned(UInt64)
  /// Written with `decimals` digits at most; values that are not finite become null.
  case number(Double, decimals: Int)
  /// A number with as many digits as it takes to read the same one again; values that are not finite become null.
  case exact(Double)
  /// The same in single precision, which takes fewer digits.
  case exactSingle(Float)
  case string(String)
  case array([JSONValue])
  case object([Member])

  package struct Member: Sendable, Hashable {
    package let name: String
    package let value: JSONValue

    package init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }
}

extension JSONValue {
  /// An object without its `nil` members.
  package static func object(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(members.compactMap { name, value in value.map { Member(name: name, value: $0) } })
  }

  /// An object whose members are those of a dictionary, sorted by their names.
  package static func object<Value>(sorted members: [String: Value], _ json: (Value) -> JSONValue) -> JSONValue {
    .object([Member](sorted: members, json))
  }

  /// A number with the nine decimals that scores and probabilities are given with: a score just above a small threshold
  /// must not look equal to it.
  package static func number(_ value: Double) -> JSONValue { .number(value, decimals: 9) }
  package static func number(_ value: Float) -> JSONValue { .number(Double(value), decimals: 9) }

  /// What the value holds in memory, in bytes, give or take what the allocator adds.
  ///
  /// - Complexity: O(values).
  package var byteCount: Int {
    switch self {
    case .null, .bool, .integer, .unsigned, .number, .exact, .exactSingle: MemoryLayout<Self>.stride
    case .string(let text): MemoryLayout<Self>.stride + text.utf8.count
    case .array(let values): values.reduce(MemoryLayout<Self>.stride) { $0 + $1.byteCount }
    case .object(let members):
      members.reduce(MemoryLayout<Self>.stride) { sum, member in
        sum + MemoryLayout<String>.stride + member.name.utf8.count + member.value.byteCount
      }
    }
  }

  /// Compact JSON text without line breaks (RFC 8259).
  ///
  /// - Complexity: O(length of the text).
  package var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  /// JSON text for people: an object's members on lines of their own, arrays of plain values on one.
  ///
  /// - Complexity: O(length of the text).
  package var indentedText: String {
    var text = ""
    writeIndented(to: &text, margin: "")
    return text + "\n"
  }

  private func writeIndented(to text: inout String, margin: String) {
    let inner = margin + "  "
    switch self {
    case .object(let members) where !members.isEmpty:
      text += "{\n"
      for (index, member) in members.enumerated() {
        text += (index > 0 ? ",\n" : "") + inner
        Self.write(member.name, to: &text)
        text += ": "
        member.value.writeIndented(to: &text, margin: inner)
      }
      text += "\n" + margin + "}"
    case .array(let values) where values.contains(where: \.isObject):
      text += "[\n"
      for (index, value) in values.enumerated() {
        text += (index > 0 ? ",\n" : "") + inner
        value.writeIndented(to: &text, margin: inner)
      }
      text += "\n" + margin + "]"
    default: write(to: &text)
    }
  }

  private var isObject: Bool {
    if case .object = self { return true }
    return false
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .unsigned(let value): text += String(value)
    case .number(let value, let decimals): text += Self.number(value, decimals)
    case .exact(let value): text += value.isFinite ? "\(value)" : "null"
    case .exactSingle(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.write(value, to: &text)
    case .array(let values): Self.write(values, brackets: ("[", "]"), to: &text) { $0.write(to: &$1) }
    case .object(let members):
      Self.write(members, brackets: ("{", "}"), to: &text) { member, text in
        Self.write(member.name, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], brackets: (String, String), to text: inout String,
    _ write: (Element, inout String) -> Void
  ) {
    text += brackets.0
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      write(element, &text)
    }
    text += brackets.1
  }

  private static func number(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "null" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value * scale).rounded()
    // Beyond 2^53 a double has no decimals to round; there its shortest text is right.
    guard abs(scaled) < 9e15 else { return "\(value)" }
    // Fixed notation: small numbers would otherwise appear with an exponent.
    let (whole, fraction) = Int(abs(scaled)).quotientAndRemainder(dividingBy: Int(scale))
    let sign = scaled < 0 ? "-" : ""
    guard fraction > 0 else { return sign + String(whole) }
    return sign + String(whole) + "." + decimalText(fraction, places: decimals)
  }

  /// The digits behind the point, without the zeros at the end.
  private static func decimalText(_ fraction: Int, places: Int) -> String {
    var (digits, places) = (fraction, places)
    while digits % 10 == 0 {
      digits /= 10
      places -= 1
    }
    let text = String(digits)
    return String(repeating: "0", count: places - text.utf8.count) + text
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    // Nearly every string is such a one, and is taken over whole.
    if string.utf8.allSatisfy(isPlain) { text += string } else { writeEscaped(string, to: &text) }
    text += "\""
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  private static func writeEscaped(_ string: String, to text: inout String) {
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // With these, a hostile file name could steer a terminal, break a line, or look like another one.
      case _ where scalar.hazard >= .hides: text += escape(scalar)
      default: text.unicodeScalars.append(scalar)
      }
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension [JSONValue.Member] {
  /// Those of a dictionary, sorted by their names: the same text on every run.
  package init<Value>(sorted members: [String: Value], _ json: (Value) -> JSONValue) {
    self = members.sorted { $0.key < $1.key }.map { JSONValue.Member(name: $0.key, value: json($0.value)) }
  }
}
