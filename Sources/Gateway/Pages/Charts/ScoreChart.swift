import Glibc
import Pictures

/// A score beside those of clean images.
struct ScoreChart {
  let name: String
  let clean: CleanScores
  let score: Double
  let threshold: Double?

  private static let bins = 48
  private static let (width, height) = (320, 96)
  private static let (left, right, top, bottom) = (6.0, 314.0, 10.0, 72.0)

  var svg: String {
    let range = range
    func x(_ value: Double) -> Double { Self.left + place(value, range) * (Self.right - Self.left) }
    let ends =
      SVG.text(Self.left, Self.bottom + 16, PageText.number(range.lowerBound), class: "tick")
      + SVG.text(Self.right, Self.bottom + 16, PageText.number(range.upperBound), class: "tick", anchor: "end")
    let limit = threshold.map { SVG.line(x($0), Self.top, x($0), Self.bottom, class: "threshold") } ?? ""
    let mark =
      SVG.line(x(score), Self.top, x(score), Self.bottom, class: "score")
      + "<circle cx=\"\(SVG.number(x(score)))\" cy=\"\(SVG.number(Self.top))\" r=\"4\" class=\"score\"/>"
    return SVG.figure(
      width: Self.width, height: Self.height, title: "Score of \(name)",
      description:
        "\(PageText.number(score)); clean images score \(PageText.number(clean.least)) to \(PageText.number(clean.most))",
      bars(range) + SVG.line(Self.left, Self.bottom, Self.right, Self.bottom, class: "axis") + limit + mark + ends
    ).replacing("<svg ", with: "<svg class=\"chart\" ", maxReplacements: 1)
  }

  /// Where a value lies, from 0 at the left to 1 at the right.
  ///
  /// Where the score is far beyond all clean ones, the scale is one of cube roots, or nothing could be told apart at its low
  /// end.
  private func place(_ value: Double, _ range: ClosedRange<Double>) -> Double {
    let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    let bounded = min(1, max(0, share))
    return isCompressed ? cbrt(bounded) : bounded
  }

  /// Whether the scale is one of cube roots.
  var isCompressed: Bool { score - clean.least > 4 * (clean.most - clean.least) }

  /// From the least to the greatest of everything that is shown.
  private var range: ClosedRange<Double> {
    let values = [clean.least, clean.most, score] + (threshold.map { [$0] } ?? [])
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    return low...(high > low ? high : low + 1)
  }

  /// Heights are roots of counts: what few clean images reach is what matters.
  private func bars(_ range: ClosedRange<Double>) -> String {
    var counts = [Double](repeating: 0, count: Self.bins)
    for (value, weight) in clean.values {
      counts[min(Self.bins - 1, max(0, Int(place(value, range) * Double(Self.bins))))] += weight
    }
    let highest = max(1, counts.max() ?? 1).squareRoot()
    let step = (Self.right - Self.left) / Double(Self.bins)
    return counts.enumerated().filter { $0.element > 0 }.map { index, count in
      let height = max(1, count.squareRoot() / highest * (Self.bottom - Self.top))
      return SVG.rectangle(
        Self.left + Double(index) * step, Self.bottom - height, step - 0.5, height, class: "bar clean")
    }.joined()
  }
}

/// Scores of clean images, with how many images each stands for.
struct CleanScores: Sendable {
  let values: [(score: Double, weight: Double)]
  /// Where they come from, in a sentence.
  let origin: String

  /// - Precondition: there is a value.
  init(_ values: [(score: Double, weight: Double)], origin: String) {
    precondition(!values.isEmpty)
    self.values = values
    self.origin = origin
  }

  var least: Double { values.reduce(.infinity) { min($0, $1.score) } }
  var most: Double { values.reduce(-.infinity) { max($0, $1.score) } }
}
