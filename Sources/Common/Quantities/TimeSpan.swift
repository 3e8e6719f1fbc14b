/// Spans of time as people write them: `2ms`, `10s`, `5m`, `24h`, `180d`.
package enum TimeSpan {
  /// The span, exact to the nanosecond; `nil` for what is no number with a unit, and for more than 285 years.
  package static func duration(_ text: String) -> Duration? {
    UnitNotation.times.number(of: text).map { .nanoseconds($0) }
  }
}
