import Pictures

/// How a judge's scores of clean and adversarial images lie beside each other.
struct HistogramFigure {
  let title: String
  let clean: [Double]
  let adversarial: [Double]

  private static let bins = 40
  private static let (width, height) = (320, 150)
  private static let (left, right, top, bottom) = (8.0, 312.0, 26.0, 126.0)

  init(_ evaluation: Evaluation, judge: Int) {
    title = evaluation.judges[judge].name
    // What a fixed threshold flags has no place on the axis of scores.
    func scores(_ images: [Evaluation.Image]) -> [Double] {
      images.compactMap { $0.scores[judge] }.filter { abs($0) < 1e300 }
    }
    clean = scores(evaluation.clean.images)
    adversarial = scores(evaluation.attacks.flatMap(\.images))
  }

  /// From the least score to what 99 of 100 stay below, so that a single one does not press the rest together.
  private var range: ClosedRange<Double>? {
    let sorted = (clean + adversarial).sorted()
    guard let least = sorted.first, let most = sorted.last else { return nil }
    let high = max(sorted[min(sorted.count - 1, sorted.count * 99 / 100)], clean.max() ?? least)
    return least...(high > least ? high : most > least ? most : least + 1)
  }

  var svg: String {
    guard let range else { return "" }
    let (cleanShares, adversarialShares) = (shares(clean, range), shares(adversarial, range))
    let highest = max((cleanShares + adversarialShares).max() ?? 0, 1e-9)
    let ends =
      SVG.text(Self.left, Self.bottom + 16, Figures.fixed(range.lowerBound, decimals: 2), class: "tick")
      + SVG.text(
        Self.right, Self.bottom + 16, Figures.fixed(range.upperBound, decimals: 2), class: "tick", anchor: "end")
    return SVG.figure(
      width: Self.width, height: Self.height, title: "Scores of \(title)",
      description: "Histograms of clean and adversarial images",
      SVG.text(Self.left, 16, title, class: "name") + bars(cleanShares, highest, class: "clean")
        + bars(adversarialShares, highest, class: "adversarial")
        + SVG.line(Self.left, Self.bottom, Self.right, Self.bottom, class: "grid") + ends)
  }

  private func shares(_ scores: [Double], _ range: ClosedRange<Double>) -> [Double] {
    var counts = [Double](repeating: 0, count: Self.bins)
    for score in scores {
      let position = (score - range.lowerBound) / (range.upperBound - range.lowerBound) * Double(Self.bins)
      counts[Self.bin(at: position)] += 1 / Double(scores.count)
    }
    return counts
  }

  /// An outlier may lie further away than a whole number reaches, and a range of large numbers may have no width.
  private static func bin(at position: Double) -> Int {
    position.isNaN ? 0 : Int(min(Double(bins - 1), max(0, position)))
  }

  private func bars(_ shares: [Double], _ highest: Double, class name: String) -> String {
    let step = (Self.right - Self.left) / Double(Self.bins)
    return shares.enumerated().filter { $0.element > 0 }.map { index, share in
      let height = share / highest * (Self.bottom - Self.top)
      return SVG.rectangle(
        Self.left + Double(index) * step, Self.bottom - height, step - 0.5, height, class: name)
    }.joined()
  }
}
