/// Numbers with a unit behind them, as people write them: `32MB`, `10s`.
struct UnitText: Sendable {
  /// From the smallest to the largest.
  private let units: [(name: String, factor: Int)]
  /// The unit of zero.
  private let zeroUnit: String

  /// Bytes.
  static let sizes = UnitText(
    units: [
      ("B", 1), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ], zeroUnit: "B")
  /// Nanoseconds.
  static let times = UnitText(
    units: [
      ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
      ("d", 86_400_000_000_000),
    ], zeroUnit: "s")

  /// `1.5kB` is 1500. What lies between whole numbers is rounded to the nearer one.
  ///
  /// - Returns: `nil` for what is no number with a unit, or not in the range.
  /// - Complexity: O(*n*), where *n* is the length of the text.
  func number(of text: String, within range: ClosedRange<Int>) -> Int? {
    let unitLength = text.reversed().prefix(while: \.isLetter).count
    guard let unit = units.first(where: { $0.name == text.suffix(unitLength) }),
      let count = Double(text.dropLast(unitLength)).map({ $0 * Double(unit.factor) }),
      Double(range.lowerBound) <= count, count <= Double(range.upperBound)
    else { return nil }
    return Int(count.rounded())
  }

  /// In the largest unit that leaves no decimals, as 1500 is `1500B`; in the smallest one where each leaves some.
  func text(of number: Int) -> String {
    if number == 0 { return "0\(zeroUnit)" }
    guard let unit = units.last(where: { number % $0.factor == 0 }) else {
      return "\(Double(number) / Double(units[0].factor))\(units[0].name)"
    }
    return "\(number / unit.factor)\(unit.name)"
  }

  /// `1kB to 1GB`.
  func text(of range: ClosedRange<Int>) -> String { "\(text(of: range.lowerBound)) to \(text(of: range.upperBound))" }
}
