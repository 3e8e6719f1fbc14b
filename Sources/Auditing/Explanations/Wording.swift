import Common

/// Numbers and lists as sentences have them.
enum Wording {
  /// `a, b and c`.
  static func list(_ parts: [String]) -> String {
    guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
    return parts.dropLast().joined(separator: ", ") + " and " + last
  }

  /// `a, b and 3 more`.
  static func list(_ parts: [String], atMost count: Int) -> String {
    guard parts.count > count else { return list(parts) }
    return parts.prefix(count).joined(separator: ", ") + " and \(parts.count - count) more"
  }

  static func percent(_ share: Double) -> String { JSONValue.number(share * 100, decimals: 1).text + " %" }

  static func number(_ value: Double) -> String {
    JSONValue.number(value, decimals: abs(value) < 1e-4 ? 9 : abs(value) < 0.01 ? 6 : abs(value) < 10 ? 3 : 1).text
  }
}
