import Calibration
import Pictures

/// The share of attacked pictures on which an attack has succeeded, over the queries that were spent on each.
struct QueriesFigure {
  let record: AttackRecord

  private static let (width, height) = (640, 380)
  private static let (left, right, top, bottom) = (56.0, 620.0, 36.0, 330.0)

  var svg: String {
    SVG.figure(
      width: Self.width, height: Self.height, title: "Success against queries",
      description: "The share of attacked pictures with a success after so many queries",
      grid + curves.map { SVG.path(steps($0.images), class: $0.style) }.joined() + legend)
  }

  /// What passed is drawn over what succeeded. Where the goal is the filter, they are the same.
  private var curves: [(name: String, style: String, images: [AttackedImage])] {
    let passed = record.succeeded.filter { $0.isFlagged == false }
    guard record.plan.goal == .classifier else { return [("wrong, and not flagged", "filter", passed)] }
    return [("wrong", "baseline", record.succeeded), ("wrong, and not flagged", "filter", passed)]
  }

  private func x(_ queries: Int) -> Double {
    Self.left + Double(queries) / Double(record.plan.budget) * (Self.right - Self.left)
  }

  private func y(_ share: Double) -> Double { Self.bottom - share * (Self.bottom - Self.top) }

  private func steps(_ images: [AttackedImage]) -> [(x: Double, y: Double)] {
    let total = Double(max(1, record.attacked.count))
    var points = [(x: x(0), y: y(0))]
    for (index, queries) in images.map(\.queries).sorted().enumerated() {
      points.append((x: x(queries), y: points[points.count - 1].y))
      points.append((x: x(queries), y: y(Double(index + 1) / total)))
    }
    points.append((x: x(record.plan.budget), y: points[points.count - 1].y))
    return points
  }

  private var grid: String {
    let columns = (0...4).map { part in
      let queries = record.plan.budget * part / 4
      return SVG.line(x(queries), Self.top, x(queries), Self.bottom, class: "grid")
        + SVG.text(x(queries), Self.bottom + 18, String(queries), class: "tick", anchor: "middle")
    }
    let rows = [0, 0.25, 0.5, 0.75, 1].map { share in
      SVG.line(Self.left, y(share), Self.right, y(share), class: "grid")
        + SVG.text(Self.left - 8, y(share) + 4, Figures.rate(share), class: "tick", anchor: "end")
    }
    return columns.joined() + rows.joined()
      + SVG.text((Self.left + Self.right) / 2, Self.bottom + 38, "queries", class: "axis", anchor: "middle")
  }

  /// Above the curves, where none can run through it.
  private var legend: String {
    var left = Self.left
    return curves.map { curve in
      let (from, height) = (left, Self.top - 20)
      left += Self.legendWidth
      return SVG.line(from, height, from + 30, height, class: curve.style)
        + SVG.text(from + 38, height + 4, curve.name, class: "tick")
    }.joined()
  }

  private static let legendWidth = 110.0
}
