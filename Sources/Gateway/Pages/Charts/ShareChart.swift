import AuditLog
import Auditing
import FilterPipeline
import Pictures

/// The share of flagged images over time, of those that were judged, with sudden changes marked.
struct ShareChart {
  private let statistics: AuditStatistics
  /// Those in which anything was judged.
  private let intervals: [AuditStore.Interval]
  private let axis: TimeAxis

  private static let (top, bottom) = (14.0, 150.0)

  init(_ statistics: AuditStatistics) {
    self.statistics = statistics
    intervals = statistics.intervals.filter { $0.judged > 0 }
    axis = TimeAxis(statistics)
  }

  var svg: String {
    let most = max(0.05, intervals.map(Self.share).max() ?? 0)
    func y(_ share: Double) -> Double { Self.bottom - share / most * (Self.bottom - Self.top) }
    let points = intervals.map { (x: axis.middle($0.start), y: y(Self.share($0))) }
    // A line needs two points; a lone interval is a short stroke.
    let line =
      points.count == 1 ? [(x: points[0].x - 8, y: points[0].y), (x: points[0].x + 8, y: points[0].y)] : points
    let marks = statistics.changes.map { change in
      "<circle cx=\"\(SVG.number(axis.middle(change.interval.start)))\" cy=\"\(SVG.number(y(change.share)))\" r=\"5\" class=\"mark\"/>"
    }
    let levels = [most, most / 2].map { level in
      SVG.line(TimeAxis.left, y(level), TimeAxis.right, y(level), class: "grid")
        + SVG.text(TimeAxis.left - 6, y(level) + 4, PageText.share(level), class: "tick", anchor: "end")
    }
    return axis.figure(
      "Share of judged images that were flagged",
      "At most \(PageText.share(most)) in an interval; \(statistics.changes.count) sudden changes",
      levels.joined() + SVG.path(line, class: "line rate") + marks.joined(), bottom: Self.bottom)
  }

  private static func share(_ interval: AuditStore.Interval) -> Double {
    Double(interval.count(.adversarial)) / Double(max(1, interval.judged))
  }
}
