import Pictures

/// An evaluation as one page of HTML that needs nothing else: no network, no script.
package struct EvaluationPage {
  private let evaluation: Evaluation
  private let comparison: EvaluationComparison?

  package init(_ evaluation: Evaluation, _ comparison: EvaluationComparison? = nil) {
    self.evaluation = evaluation
    self.comparison = comparison
  }

  package var text: String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
    \(HTMLText.element("title", evaluation.title))
    <style>\(PageStyle.text)</style></head><body><main>
    \(header)
    \(sections.joined(separator: "\n"))
    <footer>\(HTMLText.element("p", Evaluation.caveat))</footer>
    </main></body></html>

    """
  }

  private var header: String {
    let facts = evaluation.facts.map {
      HTMLText.element("dt", $0.name) + HTMLText.element("dd", $0.value)
    }
    let notes = (evaluation.notes + [Evaluation.caveat]).map { HTMLText.element("li", $0) }
    return "<header>" + HTMLText.element("h1", evaluation.title) + headline
      + "<dl>\(facts.joined())</dl><ul class=\"notes\">\(notes.joined())</ul></header>"
  }

  /// The two numbers that everything else explains.
  private var headline: String {
    guard let mean = evaluation.meanRate(judge: 0, budget: 0),
      let clean = evaluation.rate(evaluation.clean, judge: 0, budget: 0)
    else { return "" }
    let baseline = evaluation.judges.firstIndex { $0.role == .baseline }
      .flatMap { evaluation.meanRate(judge: $0, budget: 0) }
    return "<p class=\"headline\">"
      + HTMLText.element("b", Figures.rate(mean)) + " of attacks flagged, "
      + HTMLText.element("b", Figures.rate(clean)) + " of clean images"
      + (baseline.map { "; published feature squeezing flags " + HTMLText.element("b", Figures.rate($0)) } ?? "")
      + "</p>"
  }

  private var sections: [String] {
    var sections: [String] = []
    if !evaluation.attacks.isEmpty {
      sections.append(
        section(
          "What is seen", "All attacks together, and each by itself.", RocFigure(evaluation: evaluation).svg))
    }
    for budget in evaluation.budgets.indices { sections.append(rates(budget)) }
    sections.append(passing)
    sections.append(
      section(
        "Which detector sees what", "Each alone, with the whole budget of \(Figures.percent(evaluation.budgets[0])).",
        "<div class=\"scroll\">\(HeatMapFigure(evaluation: evaluation).svg)</div>"))
    sections.append(section("Scores", "Clean images are light, adversarial ones dark.", histograms))
    sections += [accuracies, journeys, cost, suggestions]
    if let comparison { sections.append(compared(comparison)) }
    let gallery = PictureGallery(evaluation: evaluation)
    if !evaluation.attacks.isEmpty {
      sections.append(section("Attacks that passed", "The least suspicious first.", gallery.missed))
    }
    sections.append(
      section("Clean images under suspicion", "The most suspicious first, flagged or not.", gallery.suspicious))
    return sections
  }

  private func section(_ title: String, _ explanation: String, _ content: String) -> String {
    guard !content.isEmpty else { return "" }
    return "<section>" + HTMLText.element("h2", title) + HTMLText.element("p", explanation) + content + "</section>"
  }

  private func rates(_ budget: Int) -> String {
    let compared = evaluation.judges.indices.filter { evaluation.judges[$0].role != .detector }
    let title = "Budget \(Figures.percent(evaluation.budgets[budget]))"
    guard evaluation.rate(evaluation.clean, judge: 0, budget: budget) != nil else {
      return section(title, "The calibration has too few clean images to say.", " ")
    }
    let header = ["", "images"] + compared.map { evaluation.judges[$0].name } + ["AUROC"]
    func row(_ name: String, _ group: Evaluation.JudgedGroup, area: String) -> [String] {
      [name, String(group.images.count)]
        + compared.map { Figures.rate(evaluation.rate(group, judge: $0, budget: budget)) } + [area]
    }
    let rows =
      [row("clean (false positives)", evaluation.clean, area: "")]
      + evaluation.cleanCollections.map { row("… of \($0.name)", $0, area: "") }
      + evaluation.attacks.map { group in
        row(
          group.name + (group.images.contains { $0.heldOutOf != nil } ? " *" : ""), group,
          area: Figures.rate(evaluation.ranks(judge: 0, group).areaUnderCurve))
      }
    let mean =
      ["mean of the attacks", ""]
      + compared.map { Figures.rate(evaluation.meanRate(judge: $0, budget: budget)) }
      + [Figures.rate(evaluation.meanArea(judge: 0))]
    return section(
      title, "Share flagged, with the 95 % Wilson interval.",
      HTMLText.table([header] + rows + (evaluation.attacks.count > 1 ? [mean] : []), caption: "", class: "rates"))
  }

  private var passing: String {
    let rows = evaluation.passingRows
    guard !rows.isEmpty else { return "" }
    return section(
      "What passes", Evaluation.passingExplanation, HTMLText.table([Evaluation.passingColumns] + rows, caption: ""))
  }

  private var suggestions: String {
    let sentences = evaluation.suggestions.map { HTMLText.element("p", $0.text) }.joined()
    return section("What would see more", "At thresholds that flag as many clean images.", sentences)
  }

  private var histograms: String {
    "<div class=\"histograms\">"
      + evaluation.judges.indices.map { "<div>\(HistogramFigure(evaluation, judge: $0).svg)</div>" }.joined() + "</div>"
  }

  private var accuracies: String {
    let groups = [("clean", evaluation.clean.images), ("attacked", evaluation.attacks.flatMap(\.images))]
    let known = groups.compactMap { name, images in evaluation.accuracy(images).map { (name, $0) } }
    guard !known.isEmpty else { return "" }
    let header = [""] + known.map(\.0)
    let rows =
      [
        ["right without the filter"] + known.map { Figures.rate($0.1.unfiltered) },
        ["right and forwarded"] + known.map { Figures.rate($0.1.filtered) },
        ["wrong and forwarded"] + known.map { Figures.rate($0.1.wrongForwarded) },
      ]
      + evaluation.versionNames.indices.dropFirst().map { version in
        ["right if \(evaluation.versionNames[version]) were forwarded"]
          + known.map { Figures.rate($0.1.versions[version]) }
      }
    return section(
      "The classifier's answers", "A flagged image has no answer.", HTMLText.table([header] + rows, caption: ""))
  }

  private var cost: String {
    let rows = evaluation.judges.indices.compactMap { judge in
      evaluation.milliseconds(judge: judge).map { time in
        [
          evaluation.judges[judge].name, String(evaluation.judges[judge].calls),
          Figures.fixed(time.median, decimals: 1), Figures.fixed(time.high, decimals: 1),
        ]
      }
    }
    guard !rows.isEmpty else { return "" }
    let header = ["", "calls beyond the first", "milliseconds, median", "slowest of twenty"]
    return section(
      "Cost of an image", "The whole way for the filter; what it adds for the others.",
      HTMLText.table([header] + rows, caption: ""))
  }

  private var journeys: String {
    let rows = ([evaluation.clean] + evaluation.attacks).compactMap { group in
      evaluation.cost(of: group).map { cost in
        [
          group.name, Figures.fixed(cost.calls, decimals: 2), Figures.fixed(cost.milliseconds, decimals: 1),
          Figures.rate(cost.flaggedEarly.value), Figures.rate(cost.clearedEarly.value), Figures.rate(cost.lost),
        ]
      }
    }
    guard !rows.isEmpty else { return "" }
    let header = ["", "calls", "milliseconds", "flagged early", "cleared early", "lost by leaving early"]
    return section(
      "The way of an image",
      "Means. Calls of models are in the time of one of the classifier; lost is what leaves although complete evidence would flag it.",
      HTMLText.table([header] + rows, caption: ""))
  }

  private func compared(_ comparison: EvaluationComparison) -> String {
    let rows = comparison.rows.map { row in
      [
        "\(row.group), \(Figures.percent(row.budget))", String(row.flagged.total), Figures.difference(row.flagged),
        Figures.fixed(row.flagged.pValue, decimals: 3),
      ]
    }
    return section(
      "Against the other calibration", comparison.conclusion,
      HTMLText.table([["", "images", "difference of the share flagged (95 %)", "McNemar p"]] + rows, caption: ""))
  }
}
