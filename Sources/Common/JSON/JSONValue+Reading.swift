extension JSONValue {
  /// How much JSON a reader is willing to hold: text from strangers can ask for far more memory than it has bytes.
  package struct Limits: Sendable, Hashable {
    /// Arrays and objects inside one another.
    package var depth: Int
    /// Values of all kinds, the arrays and objects themselves included.
    package var values: Int
    /// Members of one object.
    package var members: Int
    /// Bytes of a member's name.
    package var name: Int

    package init(depth: Int, values: Int, members: Int = 1000, name: Int = String.longestName) {
      self.depth = depth
      self.values = values
      self.members = members
      self.name = name
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
    var cursor = JSONCursor(limits: limits)
    self = try cursor.value(bytes)
    try cursor.finish(bytes)
  }

  /// The member of an object whose name has these bytes; `nil` for other values and absent members.
  ///
  /// - Complexity: O(members), of which a reader's limits permit few.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.isSpelt(name) }?.value
  }
}

extension SluiceError.Code {
  package static let invalidJSON = SluiceError.Code("invalid-json")
}
