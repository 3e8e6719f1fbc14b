/// Numbers with a unit behind them, as people write them: `32MB`, `10s`, `50MP`.
package struct UnitNotation: Sendable {
  /// From the smallest to the largest.
  private let units: [(name: String, factor: Int)]
  /// The unit of zero.
  private let zeroUnit: String
  /// Whether a plain number counts in the smallest unit.
  private let permitsPlainNumbers: Bool

  /// Bytes, with decimal prefixes: `512B`, `1.5kB`, `32MB`, `1GB`.
  package static let bytes = UnitNotation(
    units: [("B", 1), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000)],
    zeroUnit: "B", permitsPlainNumbers: false)
  /// Nanoseconds: `2ms`, `10s`, `5m`, `24h`, `180d`.
  package static let times = UnitNotation(
    units: [
      ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
      ("d", 86_400_000_000_000),
    ], zeroUnit: "s", permitsPlainNumbers: false)

  /// Whole quantities of something, with decimal prefixes or without: `50MP`, `10`.
  package static func decimal(_ unit: String) -> UnitNotation {
    UnitNotation(
      units: [("", 1), (unit, 1), ("k" + unit, 1000), ("M" + unit, 1_000_000), ("G" + unit, 1_000_000_000)],
      zeroUnit: "", permitsPlainNumbers: true)
  }

  /// What an `Int` holds, rounded down.
  private static let maximum = 9e18

  /// `1.5kB` is 1500. What lies between whole numbers is rounded to the nearer one.
  ///
  /// - Returns: `nil` for what is no number with a unit, and for negative numbers and those of more than 9·10¹⁸.
  /// - Complexity: O(*n*), where *n* is the length of the text.
  package func number(of text: String) -> Int? {
    let unitLength = text.reversed().prefix(while: \.isLetter).count
    let digits = text.dropLast(unitLength)
    // `Double` takes more than people write: signs, hexadecimal, words.
    guard let unit = units.first(where: { $0.name == text.suffix(unitLength) }),
      digits.utf8.first != UInt8(ascii: "."), digits.utf8.allSatisfy({ Self.isPlain($0) }),
      let count = Double(digits).map({ $0 * Double(unit.factor) }), count <= Self.maximum
    else { return nil }
    return Int(count.rounded())
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
  }

  /// The number, where it lies in the range.
  package func number(of text: String, within range: ClosedRange<Int>) -> Int? {
    number(of: text).flatMap { range.contains($0) ? $0 : nil }
  }

  /// In the largest unit that leaves no decimals, as 1500 is `1500B`; in the smallest one where each leaves some.
  package func text(of number: Int) -> String {
    if number == 0 { return "0\(zeroUnit)" }
    guard let unit = units.last(where: { number % $0.factor == 0 }) else {
      return "\(Double(number) / Double(units[0].factor))\(units[0].name)"
    }
    return "\(number / unit.factor)\(unit.name)"
  }

  /// `1kB to 1GB`.
  package func text(of range: ClosedRange<Int>) -> String {
    "\(text(of: range.lowerBound)) to \(text(of: range.upperBound))"
  }
}
