/// Text that a reader takes hours for where he hashes, compares, splits or searches it as a `String`: a letter with a million
/// marks that stand out of their order, which the form that Unicode compares in puts into it.
package enum CombiningMarks {
  package static let text = text(bytes: 2_000_000)

  /// - Parameters:
  ///   - count: how long it is, give or take a byte.
  package static func text(bytes count: Int) -> String {
    "a" + String(repeating: "\u{301}\u{316}", count: count / 4)
  }
}
