import Testing

/// What a stranger changes in the tables of a log, and what is found of it.
struct Change: Sendable, CustomTestStringConvertible {
  let what: String
  /// The beginning of the first problem.
  let found: String
  let statements: [String]
  var testDescription: String { what }

  init(_ what: String, _ found: String, _ statements: String...) {
    (self.what, self.found, self.statements) = (what, found, statements)
  }
}
