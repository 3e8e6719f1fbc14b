extension JSONValue {
  /// `nil` for what is no text.
  package var string: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  /// `nil` for what is no number.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .exact(let value), .number(let value, _): value
    case .exactSingle(let value): Double(value)
    default: nil
    }
  }

  /// `nil` for what is no whole number.
  package var integer: Int? {
    if case .integer(let value) = self { return value }
    return nil
  }

  /// Empty for what is no array.
  package var elements: [JSONValue] {
    if case .array(let values) = self { return values }
    return []
  }

  /// Empty for what is no object.
  package var members: [Member] {
    if case .object(let members) = self { return members }
    return []
  }
}
