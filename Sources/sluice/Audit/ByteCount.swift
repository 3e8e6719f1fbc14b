import Pixels

/// A number of bytes as people write it, with decimal units.
struct ByteCount: CustomStringConvertible {
  let value: Int

  private static let units = [("B", 1.0), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12)]

  init(_ value: Int) {
    self.value = value
  }

  /// `500kB`, `2GB`; `nil` for anything else.
  init?(_ text: String) {
    guard let (unit, factor) = Self.units.last(where: { text.hasSuffix($0.0) }),
      let number = Double(text.dropLast(unit.count)), number.isFinite, number >= 0, number * factor < 9e15
    else { return nil }
    value = Int(number * factor)
  }

  var description: String {
    let (unit, factor) = Self.units.last { Double(value) >= $0.1 } ?? Self.units[0]
    return JSONValue.number(Double(value) / factor, decimals: 1).text + " " + unit
  }
}
