/// A place in JSON text, from which values are read, taken apart or passed over one after another, never deeper than its
/// limits.
///
/// The text stays with the caller, who hands it to every call: so a large list is read straight into whatever holds it,
/// without a value for each of its elements.
package struct JSONCursor {
  private let limits: JSONValue.Limits
  package internal(set) var position: Int
  private var depth = 0
  private var values = 0

  package init(at position: Int = 0, limits: JSONValue.Limits) {
    self.position = position
    self.limits = limits
  }

  /// The first byte of the next value; `nil` at the end of the text.
  package mutating func next(_ bytes: Span<UInt8>) -> UInt8? {
    skipSpace(bytes)
    return peek(bytes)
  }

  /// Reads the next value.
  ///
  /// - Throws: `invalid-json`.
  package mutating func value(_ bytes: Span<UInt8>) throws(SluiceError) -> JSONValue {
    switch next(bytes) {
    case UInt8(ascii: "{"): return .object(try members(bytes))
    case UInt8(ascii: "["): return .array(try elements(bytes))
    default:
      try countValue()
      return try plainValue(bytes)
    }
  }

  private mutating func plainValue(_ bytes: Span<UInt8>) throws(SluiceError) -> JSONValue {
    switch peek(bytes) {
    case UInt8(ascii: "\""): .string(try string(bytes))
    case UInt8(ascii: "t"): try word("true", .bool(true), bytes)
    case UInt8(ascii: "f"): try word("false", .bool(false), bytes)
    case UInt8(ascii: "n"): try word("null", .null, bytes)
    default: try number(bytes)
    }
  }

  private mutating func members(_ bytes: Span<UInt8>) throws(SluiceError) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    try object(bytes) { name, cursor throws(SluiceError) in
      members.append(JSONValue.Member(name: name, value: try cursor.value(bytes)))
    }
    return members
  }

  private mutating func elements(_ bytes: Span<UInt8>) throws(SluiceError) -> [JSONValue] {
    var elements: [JSONValue] = []
    try array(bytes) { cursor throws(SluiceError) in elements.append(try cursor.value(bytes)) }
    return elements
  }

  /// Takes an object apart.
  ///
  /// - Parameters:
  ///   - member: reads the member of this name, or passes over it.
  /// - Throws: `invalid-json`, also for a member that occurs twice and for a name that is too long; what `member`
  ///   throws.
  package mutating func object(
    _ bytes: Span<UInt8>, member: (String, inout JSONCursor) throws(SluiceError) -> Void
  ) throws(SluiceError) {
    try open("{", bytes)
    var names = MemberNames()
    if take(UInt8(ascii: "}"), bytes) { return close() }
    repeat {
      guard next(bytes) == UInt8(ascii: "\"") else { throw error("a member's name is expected") }
      guard names.count < limits.members else { throw error("an object of more than \(limits.members) members") }
      let name = try string(bytes)
      guard name.utf8.count <= limits.name else { throw error("a member's name of more than \(limits.name) bytes") }
      // Two readers may take different ones of two members: a way around a filter.
      guard names.insert(name) else { throw error("a member occurs twice in an object") }
      skipSpace(bytes)
      guard take(UInt8(ascii: ":"), bytes) else { throw error("a colon is expected") }
      try member(name, &self)
      skipSpace(bytes)
    } while take(UInt8(ascii: ","), bytes)
    guard take(UInt8(ascii: "}"), bytes) else { throw error("a comma or the end of the object is expected") }
    close()
  }

  /// Takes an array apart.
  ///
  /// - Parameters:
  ///   - element: reads the next element, or passes over it.
  /// - Throws: `invalid-json`; what `element` throws.
  package mutating func array(
    _ bytes: Span<UInt8>, element: (inout JSONCursor) throws(SluiceError) -> Void
  ) throws(SluiceError) {
    try open("[", bytes)
    if take(UInt8(ascii: "]"), bytes) { return close() }
    repeat {
      try element(&self)
      skipSpace(bytes)
    } while take(UInt8(ascii: ","), bytes)
    guard take(UInt8(ascii: "]"), bytes) else { throw error("a comma or the end of the array is expected") }
    close()
  }

  /// Passes over an array and says where it lies.
  ///
  /// Only its brackets and strings are looked at: whoever reads it later finds what else is wrong with it.
  ///
  /// - Throws: `invalid-json` when it does not end.
  package mutating func passArray(_ bytes: Span<UInt8>) throws(SluiceError) -> Range<Int> {
    guard next(bytes) == UInt8(ascii: "[") else { throw error("an array is expected") }
    let start = position
    var open = 0
    while let byte = peek(bytes) {
      position += 1
      switch byte {
      case UInt8(ascii: "["): open += 1
      case UInt8(ascii: "]"): open -= 1
      case UInt8(ascii: "\""): try passString(bytes)
      default: continue
      }
      if open == 0 { return start..<position }
    }
    throw error("an array does not end")
  }

  private mutating func passString(_ bytes: Span<UInt8>) throws(SluiceError) {
    while let byte = peek(bytes) {
      position += 1
      if byte == UInt8(ascii: "\"") { return }
      if byte == UInt8(ascii: "\\") { position += 1 }
    }
    throw error("a string does not end")
  }

  /// - Throws: `invalid-json` when anything but white space follows.
  package mutating func finish(_ bytes: Span<UInt8>) throws(SluiceError) {
    guard next(bytes) == nil else { throw error("there is more after the value") }
  }

  private mutating func open(_ bracket: Unicode.Scalar, _ bytes: Span<UInt8>) throws(SluiceError) {
    guard next(bytes) == UInt8(ascii: bracket) else { throw error("`\(bracket)` is expected") }
    try countValue()
    guard depth < limits.depth else { throw error("nested more than \(limits.depth) levels deep") }
    depth += 1
    position += 1
    skipSpace(bytes)
  }

  private mutating func close() { depth -= 1 }

  private mutating func countValue() throws(SluiceError) {
    values += 1
    guard values <= limits.values else { throw error("more than \(limits.values) values") }
  }
}
