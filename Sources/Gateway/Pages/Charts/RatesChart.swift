import AuditLog
import Auditing
import FilterPipeline
import Pictures

/// Images by verdict, a bar for each interval.
struct RatesChart {
  private let statistics: AuditStatistics
  private let axis: TimeAxis

  private static let (top, bottom) = (14.0, 150.0)
  /// From the bottom of a bar.
  private static let order: [Verdict.Outcome] = [.clean, .adversarial, .rejected, .failed]

  init(_ statistics: AuditStatistics) {
    self.statistics = statistics
    axis = TimeAxis(statistics)
  }

  var svg: String {
    let most = max(1, statistics.intervals.map(\.total).max() ?? 1)
    let scale = (Self.bottom - Self.top) / Double(most)
    let bars = statistics.intervals.map { bar($0, scale) }.joined()
    let levels = [most, most / 2].filter { $0 > 0 }.map { level in
      let y = Self.bottom - Double(level) * scale
      return SVG.line(TimeAxis.left, y, TimeAxis.right, y, class: "grid")
        + SVG.text(TimeAxis.left - 6, y + 4, String(level), class: "tick", anchor: "end")
    }
    return axis.figure(
      "Images by verdict", "\(statistics.images) images, \(statistics.count(.adversarial)) of them flagged",
      levels.joined() + bars, bottom: Self.bottom)
  }

  private func bar(_ interval: AuditStore.Interval, _ scale: Double) -> String {
    var top = Self.bottom
    return Self.order.map { outcome in
      let count = interval.count(outcome.rawValue)
      guard count > 0 else { return "" }
      // What was held back is seen even where there is little of it.
      let height = max(outcome == .clean ? 0.5 : 1.5, Double(count) * scale)
      top -= height
      return SVG.rectangle(axis.x(interval.start) + 0.5, top, axis.width, height, class: "bar \(outcome.rawValue)")
    }.joined()
  }
}
