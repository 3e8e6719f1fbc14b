extension Duration {
  package var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  package var milliseconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) * 1e3 + Double(attoseconds) * 1e-15
  }

  /// Rounded towards zero. The ends of the range stand for what lies beyond, as in the others.
  package var wholeMilliseconds: Int64 { whole(unitsPerSecond: 1000) }
  package var wholeMicroseconds: Int64 { whole(unitsPerSecond: 1_000_000) }
  package var wholeNanoseconds: Int64 { whole(unitsPerSecond: 1_000_000_000) }

  /// - Precondition: a unit is a whole number of attoseconds.
  private func whole(unitsPerSecond units: Int64) -> Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflows) = seconds.multipliedReportingOverflow(by: units)
    let (sum, exceeds) = whole.addingReportingOverflow(attoseconds / (1_000_000_000_000_000_000 / units))
    guard overflows || exceeds else { return sum }
    return seconds < 0 ? .min : .max
  }
}
