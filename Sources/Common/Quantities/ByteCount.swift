/// A number of bytes as people write it, with decimal units: `500kB`, `32MB`, `1GB`.
package struct ByteCount: Sendable, Hashable {
  package let value: Int

  package init(_ value: Int) {
    self.value = value
  }

  /// Reads `512B`, `1.5kB`, `2GB`; `nil` for anything else.
  package init?(_ text: String) {
    guard let value = UnitNotation.bytes.number(of: text) else { return nil }
    self.value = value
  }
}

extension ByteCount: CustomStringConvertible {
  /// With one decimal at most, as in `1.5 MB`.
  package var description: String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
    guard let (factor, unit) = units.first(where: { Double(value) >= $0.0 }) else { return "\(value) bytes" }
    return JSONValue.number(Double(value) / factor, decimals: 1).text + " " + unit
  }
}
