/// Whole quantities with decimal prefixes, as in `10MB` or `50MP`.
package enum DecimalQuantity {
  private static let prefixes = [("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1.0)]
  /// Every whole number below is a `Double`.
  private static let limit = 9e15

  /// What a text says, rounded down to whole units.
  ///
  /// - Parameters:
  ///   - unit: what is counted, as `B` for bytes or `P` for pixels.
  ///   - needsUnit: whether a plain number is refused.
  /// - Returns: `nil` for other units, for what is no number, for negative numbers, and for 9·10¹⁵ or more.
  package static func value(_ text: String, unit: String, needsUnit: Bool) -> Int? {
    guard let (digits, factor) = parts(text, unit, needsUnit), let first = digits.utf8.first, isDigit(first),
      let number = Double(digits), number * factor < limit
    else { return nil }
    return Int(number * factor)
  }

  private static func parts(_ text: String, _ unit: String, _ needsUnit: Bool) -> (Substring, Double)? {
    for (prefix, factor) in prefixes where text.hasSuffix(prefix + unit) {
      return (text.dropLast(prefix.count + unit.count), factor)
    }
    return needsUnit ? nil : (text[...], 1)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
