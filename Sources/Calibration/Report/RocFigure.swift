import Decision
import Pictures
import RealModule

/// ROC curves over a logarithmic false positive axis: what matters happens below 10 %.
struct RocFigure {
  let evaluation: Evaluation

  private static let (width, height) = (640, 420)
  private static let (left, right, top, bottom) = (56.0, 620.0, 16.0, 370.0)
  private static let smallest = 0.001

  var svg: String {
    let attacks = evaluation.attacks.map { curve(judge: 0, $0, class: "attack") }
    let all = evaluation.judges.indices.filter { evaluation.judges[$0].role != .detector }.map { judge in
      curve(judge: judge, nil, class: evaluation.judges[judge].role == .filter ? "filter" : "baseline")
    }
    return SVG.figure(
      width: Self.width, height: Self.height, title: "ROC curves",
      description: "True positive rate over false positive rate, logarithmic from 0.1 % to 100 %",
      grid + budgets + attacks.joined() + all.joined() + legend)
  }

  private func x(_ rate: Double) -> Double {
    let decades = Double.log(max(Self.smallest, rate) / Self.smallest) / Double.log(1 / Self.smallest)
    return Self.left + decades * (Self.right - Self.left)
  }

  private func y(_ rate: Double) -> Double { Self.bottom - rate * (Self.bottom - Self.top) }

  private func curve(judge: Int, _ group: Evaluation.JudgedGroup?, class name: String) -> String {
    var points: [(x: Double, y: Double)] = []
    for point in evaluation.ranks(judge: judge, group).curve {
      let place = (x: x(point.falsePositives), y: y(point.truePositives))
      // A step: the rate of attacks rises before that of clean images does.
      if let last = points.last { points.append((x: place.x, y: last.y)) }
      points.append(place)
    }
    return SVG.path(Self.thinned(points), class: name)
  }

  /// Without points that lie where the last one does.
  private static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    points.reduce(into: []) { kept, point in
      if let last = kept.last, abs(last.x - point.x) + abs(last.y - point.y) < 0.4 { return }
      kept.append(point)
    }
  }

  private var grid: String {
    let columns = [0.001, 0.01, 0.1, 1].map { rate in
      SVG.line(x(rate), Self.top, x(rate), Self.bottom, class: "grid")
        + SVG.text(x(rate), Self.bottom + 18, Figures.percent(rate), class: "tick", anchor: "middle")
    }
    let rows = [0, 0.25, 0.5, 0.75, 1].map { rate in
      SVG.line(Self.left, y(rate), Self.right, y(rate), class: "grid")
        + SVG.text(Self.left - 8, y(rate) + 4, Figures.rate(rate), class: "tick", anchor: "end")
    }
    return columns.joined() + rows.joined()
      + SVG.text(
        (Self.left + Self.right) / 2, Self.bottom + 38, "false positive rate", class: "axis", anchor: "middle")
  }

  private var budgets: String {
    evaluation.budgets.map { SVG.line(x($0), Self.top, x($0), Self.bottom, class: "budget") }.joined()
  }

  private var legend: String {
    let entries: [(name: String, style: String)] =
      [("filter, all attacks", "filter")]
      + (evaluation.judges.contains { $0.role == .baseline } ? [("published feature squeezing", "baseline")] : [])
      + [("filter, each attack", "attack"), ("budgets", "budget")]
    return entries.enumerated().map { index, entry in
      let height = Self.bottom - 16 - Double(entries.count - 1 - index) * 20
      return SVG.line(Self.right - 210, height - 4, Self.right - 180, height - 4, class: entry.style)
        + SVG.text(Self.right - 172, height, entry.name, class: "tick")
    }.joined()
  }
}
