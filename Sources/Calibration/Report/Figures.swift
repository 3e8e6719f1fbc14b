import Common

/// Numbers as reports show them.
package enum Figures {
  /// A rate with two decimals and no leading zero, as in .98 and 1.00; a dash where there is none.
  package static func rate(_ value: Double?) -> String {
    guard let value else { return "–" }
    return fixed(value, decimals: 2, dropsZero: true)
  }

  /// A rate with its interval, as in .98 (.91–1.00).
  package static func rate(_ rate: Rate?) -> String {
    guard let rate else { return "–" }
    return "\(self.rate(rate.value)) (\(self.rate(rate.interval.lowerBound))–\(self.rate(rate.interval.upperBound)))"
  }

  /// A difference with its sign and interval.
  package static func difference(_ comparison: PairedComparison) -> String {
    "\(signed(comparison.difference)) (\(signed(comparison.interval.lowerBound)) to \(signed(comparison.interval.upperBound)))"
  }

  package static func signed(_ value: Double) -> String {
    let text = fixed(abs(value), decimals: 3, dropsZero: true)
    return (value < 0 ? "−" : "+") + text
  }

  /// A budget in percent.
  package static func percent(_ budget: Double) -> String { JSONValue.number(budget * 100, decimals: 4).text + " %" }

  package static func fixed(_ value: Double, decimals: Int, dropsZero: Bool = false) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    // Larger numbers have no decimals to round.
    guard scaled < 9e15 else { return JSONValue.number(value, decimals: decimals).text }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let whole = String(padded.dropLast(decimals))
    return (value < 0 ? "-" : "") + (dropsZero && whole == "0" ? "" : whole) + "." + padded.suffix(decimals)
  }
}
