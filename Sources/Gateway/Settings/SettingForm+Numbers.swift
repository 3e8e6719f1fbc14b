import Common

extension SettingForm<Int> {
  static func wholeNumber(_ range: ClosedRange<Int>) -> Self {
    let bounds = "\(range.lowerBound) to \(range.upperBound)"
    return SettingForm(
      SettingNotation(placeholder: "n", permitted: "a whole number from \(bounds)", range: bounds),
      value: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, write: { "\($0)" })
  }

  /// Bytes with a decimal unit: `500kB`, `32MB`, `1GB`.
  static func size(_ range: ClosedRange<Int>) -> Self {
    let bounds = UnitNotation.bytes.text(of: range)
    return SettingForm(
      SettingNotation(placeholder: "size", permitted: "a size such as 32MB, from \(bounds)", range: bounds),
      value: { UnitNotation.bytes.number(of: $0, within: range) }, write: UnitNotation.bytes.text(of:))
  }
}

extension SettingForm<Duration> {
  /// A time with a unit: `2ms`, `10s`, `5m`, `24h`, `180d`; the range spans at most 292 years.
  static func duration(_ range: ClosedRange<Duration>) -> Self {
    let range = Int(range.lowerBound.wholeNanoseconds)...Int(range.upperBound.wholeNanoseconds)
    let bounds = UnitNotation.times.text(of: range)
    return SettingForm(
      SettingNotation(
        placeholder: "time", permitted: "a time such as 500ms, 10s or 2m, from \(bounds)", range: bounds),
      value: { UnitNotation.times.number(of: $0, within: range).map { .nanoseconds($0) } },
      write: { UnitNotation.times.text(of: Int($0.wholeNanoseconds)) })
  }
}

extension SettingForm<Double> {
  /// Which part of something: `all`, `none`, or a number from 0 to 1.
  static var share: Self {
    SettingForm(
      SettingNotation(
        placeholder: "share", permitted: "all, none or a share from 0 to 1", range: "all, none, or 0 to 1",
        words: ["all", "none"]),
      value: { text in
        switch text {
        case "all": 1
        case "none": 0
        default: Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
        }
      },
      write: { $0 == 1 ? "all" : $0 == 0 ? "none" : "\($0)" })
  }
}
