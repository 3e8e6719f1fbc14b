import AuditLog
import Auditing
import Pictures

/// Where moments lie on a chart.
struct TimeAxis {
  static let (left, right, width, height) = (56.0, 624.0, 632, 178)

  private let statistics: AuditStatistics
  private let first: Int
  private let count: Int

  init(_ statistics: AuditStatistics) {
    self.statistics = statistics
    let length = statistics.seconds * 1_000_000
    first = statistics.since.microseconds / length
    count = max(1, (statistics.until.microseconds - 1) / length - first + 1)
  }

  private var step: Double { (Self.right - Self.left) / Double(count) }

  /// The width of a bar, with a gap to the next.
  var width: Double { max(0.5, step - min(2, step / 4)) }

  func x(_ time: AuditTime) -> Double {
    Self.left + Double(time.microseconds / (statistics.seconds * 1_000_000) - first) * step
  }

  func middle(_ time: AuditTime) -> Double { x(time) + step / 2 }

  /// A figure with this axis at its bottom.
  func figure(_ title: String, _ description: String, _ content: String, bottom: Double) -> String {
    SVG.figure(
      width: Self.width, height: Self.height, title: title, description: description,
      content + SVG.line(Self.left, bottom, Self.right, bottom, class: "axis") + ticks(bottom)
    ).replacing("<svg ", with: "<svg class=\"chart\" ", maxReplacements: 1)
  }

  private static let maxTicks = 7

  private func ticks(_ bottom: Double) -> String {
    let stride = max(1, (count + Self.maxTicks - 1) / Self.maxTicks)
    let format = statistics.seconds >= 6 * 3600 ? "%d %b" : "%H:%M"
    return Swift.stride(from: 0, to: count, by: stride).map { place in
      let time = AuditTime(microseconds: (first + place) * statistics.seconds * 1_000_000)
      // The last one would run over the edge.
      let isLast = x(time) > Self.right - 24
      return SVG.text(
        isLast ? Self.right : x(time), bottom + 18, time.calendar(format), class: "tick",
        anchor: isLast ? "end" : "start")
    }.joined()
  }
}
