/// A value in a row or in place of a parameter.
package enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int)
  case real(Double)
  case text(String)
  case bytes([UInt8])

  package init(_ text: String?) { self = text.map(SQLValue.text) ?? .null }
  package init(_ number: Int?) { self = number.map(SQLValue.integer) ?? .null }

  /// Texts are equal where their bytes are: to `String`, one that a stranger has put into another normal form is still the same.
  package static func == (first: SQLValue, second: SQLValue) -> Bool {
    switch (first, second) {
    case (.null, .null): true
    case (.integer(let first), .integer(let second)): first == second
    case (.real(let first), .real(let second)): first == second
    case (.text(let first), .text(let second)): first.utf8.elementsEqual(second.utf8)
    case (.bytes(let first), .bytes(let second)): first == second
    default: false
    }
  }
}

/// A row of a result, by column from the left.
package struct SQLRow: Sendable, Hashable {
  package let values: [SQLValue]

  package init(_ values: [SQLValue]) {
    self.values = values
  }

  /// 0 for what is no number: a column that a stranger has changed must not end the process.
  package func integer(_ column: Int) -> Int { optionalInteger(column) ?? 0 }

  package func optionalInteger(_ column: Int) -> Int? {
    switch values[column] {
    case .integer(let number): number
    case .real(let number): Int(exactly: number.rounded())
    case .text(let text): Int(text)
    default: nil
    }
  }

  /// Empty for what is no text.
  package func text(_ column: Int) -> String { optionalText(column) ?? "" }

  package func optionalText(_ column: Int) -> String? {
    if case .text(let text) = values[column] { return text }
    return nil
  }

  package func bytes(_ column: Int) -> [UInt8]? {
    if case .bytes(let bytes) = values[column] { return bytes }
    return nil
  }
}
