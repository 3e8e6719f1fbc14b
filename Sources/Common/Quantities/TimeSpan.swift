/// Spans of time as people write them: `2ms`, `10s`, `5m`, `24h`, `180d`.
package enum TimeSpan {
  private static let units = [("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)]
  /// A thousand years in seconds: no sum of it and a time goes beyond what a number holds.
  private static let longest = 1000 * 366 * 86_400.0

  /// Seconds; `nil` for what is no number with a unit, and for more than a thousand years.
  package static func seconds(_ text: String) -> Double? {
    guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
    let digits = text.dropLast(unit.count)
    guard let first = digits.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
      let number = Double(digits), number * factor <= longest
    else { return nil }
    return number * factor
  }

  /// The span, exact to the microsecond; `nil` where there is none.
  package static func duration(_ text: String) -> Duration? {
    seconds(text).map { .microseconds(Int64(($0 * 1e6).rounded())) }
  }
}
