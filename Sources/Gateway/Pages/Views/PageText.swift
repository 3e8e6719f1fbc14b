import AuditLog
import Auditing
import Common
import FilterPipeline

/// Numbers as the pages show them.
enum PageText {
  static func number(_ value: Double) -> String {
    JSONValue.number(value, decimals: abs(value) < 0.01 ? 6 : 4).text
  }

  /// In percent.
  static func share(_ value: Double) -> String { JSONValue.number(value * 100, decimals: 1).text + " %" }

  /// With a gap at every third digit.
  static func count(_ value: Int) -> String {
    var text = ""
    for (place, digit) in String(value).reversed().enumerated() {
      if place > 0, place.isMultiple(of: 3), digit != "-" { text.append("\u{202F}") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  static func bytes(_ value: Int) -> String { ByteCount(value).description }

  /// The class that the classifier saw, and its probability where it is known.
  static func prediction(_ value: RecordedPrediction, _ names: ClassNames) -> String {
    names.name(in: value) + (value.probability.map { " " + share($0) } ?? "")
  }
}
