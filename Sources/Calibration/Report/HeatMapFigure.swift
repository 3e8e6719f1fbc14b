import Pictures

/// Which judge sees which attack: shades from light to dark, with the rates written in.
struct HeatMapFigure {
  let evaluation: Evaluation

  /// Shades from here on are read better against the colour of the paper, on light and on dark screens.
  private static let darkFrom = 0.65
  private static let (labelWidth, cellWidth, cellHeight, headHeight) = (190.0, 62.0, 24.0, 84.0)

  var svg: String {
    let groups = [evaluation.clean] + evaluation.attacks
    let width = Self.labelWidth + Self.cellWidth * Double(groups.count) + 30
    let height = Self.headHeight + Self.cellHeight * Double(evaluation.judges.count) + 8
    let heads = groups.enumerated().map { column, group in
      let (x, y) = (Self.labelWidth + (Double(column) + 0.5) * Self.cellWidth, Self.headHeight - 8)
      return "<g transform=\"translate(\(SVG.number(x)) \(SVG.number(y))) rotate(-35)\">"
        + SVG.text(0, 0, String(group.name.prefix(16)), class: "tick") + "</g>"
    }
    let rows = evaluation.judges.indices.map { row($0, groups) }
    return SVG.figure(
      width: Int(width), height: Int(height), title: "Share of images flagged",
      description: "A row for each judge, a column for clean images and each attack", heads.joined() + rows.joined())
  }

  private func row(_ judge: Int, _ groups: [Evaluation.JudgedGroup]) -> String {
    let y = Self.headHeight + Double(judge) * Self.cellHeight
    let name = SVG.text(
      Self.labelWidth - 8, y + 16, evaluation.judges[judge].name, class: judge == 0 ? "name" : "tick", anchor: "end")
    return name
      + groups.enumerated().map { column, group in
        let value = evaluation.rate(group, judge: judge, budget: 0)?.value
        return cell(value, x: Self.labelWidth + Double(column) * Self.cellWidth, y: y)
      }.joined()
  }

  private func cell(_ value: Double?, x: Double, y: Double) -> String {
    // One hue, lighter to darker: legible in gray print and to colour-blind eyes.
    let style = "fill-opacity:\(Figures.fixed(0.04 + 0.96 * (value ?? 0), decimals: 2))"
    return SVG.rectangle(x + 1, y + 1, Self.cellWidth - 2, Self.cellHeight - 2, class: "heat", style: style)
      + SVG.text(
        x + Self.cellWidth / 2, y + 16, Figures.rate(value), class: (value ?? 0) > Self.darkFrom ? "cell dark" : "cell",
        anchor: "middle")
  }
}
