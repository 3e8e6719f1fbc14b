import Common

/// An evaluation as text for a terminal.
package struct EvaluationTable {
  private let evaluation: Evaluation

  package init(_ evaluation: Evaluation) { self.evaluation = evaluation }

  package var text: String {
    var sections = [[evaluation.title] + evaluation.facts.map { "  \($0.name): \($0.value)" }]
    for budget in evaluation.budgets.indices { sections.append(rates(budget)) }
    for budget in evaluation.budgets.indices { sections.append(detectors(budget)) }
    sections += [
      passing, accuracies, journeys, costs, evaluation.suggestions.map(\.text), evaluation.notes + [Evaluation.caveat],
    ]
    // Names come from folders and files: nothing in them may steer a terminal.
    return sections.filter { !$0.isEmpty }.map { $0.map(\.printable).joined(separator: "\n") }
      .joined(separator: "\n\n") + "\n"
  }

  private var compared: [Int] { evaluation.judges.indices.filter { evaluation.judges[$0].role != .detector } }

  /// A line for each group of images, a column for the filter and the baseline.
  private func rates(_ budget: Int) -> [String] {
    let title = "flagged at a false positive budget of \(Figures.percent(evaluation.budgets[budget]))"
    guard evaluation.rate(evaluation.clean, judge: 0, budget: budget) != nil else {
      return evaluation.clean.images.isEmpty
        ? [] : ["\(title): the calibration has too few clean images to say"]
    }
    var rows = [["", "images"] + compared.map { evaluation.judges[$0].name } + ["AUROC"]]
    rows.append(row("clean (false positives)", evaluation.clean, budget, isClean: true))
    rows += evaluation.cleanCollections.map { row("  of \($0.name)", $0, budget, isClean: true) }
    rows += evaluation.attacks.map { row($0.name + mark($0), $0, budget, isClean: false) }
    if evaluation.attacks.count > 1 {
      let area = Figures.rate(evaluation.meanArea(judge: 0))
      rows.append(["mean of the attacks", ""] + compared.map { mean($0, budget) } + [area])
    }
    return [title] + Self.aligned(rows)
  }

  private func row(_ name: String, _ group: Evaluation.JudgedGroup, _ budget: Int, isClean: Bool) -> [String] {
    [name, String(group.images.count)]
      + compared.map { Figures.rate(evaluation.rate(group, judge: $0, budget: budget)) }
      + [isClean ? "" : area(group)]
  }

  private func mean(_ judge: Int, _ budget: Int) -> String {
    Figures.rate(evaluation.meanRate(judge: judge, budget: budget))
  }

  private func area(_ group: Evaluation.JudgedGroup) -> String {
    Figures.rate(evaluation.ranks(judge: 0, group).areaUnderCurve)
  }

  /// Attacks that the weights would know if they were not left out of the fit.
  private func mark(_ group: Evaluation.JudgedGroup) -> String {
    group.images.contains { $0.heldOutOf != nil } ? " *" : ""
  }

  /// A line for each attack: what reaches its goal, of the pictures that it was tried on.
  private var passing: [String] {
    let rows = evaluation.passingRows
    return rows.isEmpty ? [] : [Evaluation.passingHeading] + Self.aligned([Evaluation.passingColumns] + rows)
  }

  /// Each detector alone, with the whole budget; of smaller budgets than a hundredth detectors alone see little.
  private func detectors(_ budget: Int) -> [String] {
    let alone = evaluation.judges.indices.filter { evaluation.judges[$0].role == .detector }
    guard !alone.isEmpty, !evaluation.attacks.isEmpty, evaluation.budgets[budget] >= Self.leastAlone,
      evaluation.rate(evaluation.clean, judge: alone[0], budget: budget) != nil
    else { return [] }
    let header = ["", "calls", "clean"] + evaluation.attacks.map { String($0.name.prefix(7)) }
    let rows = alone.map { judge in
      [evaluation.judges[judge].name, String(evaluation.judges[judge].calls)]
        + ([evaluation.clean] + evaluation.attacks).map {
          Figures.rate(evaluation.rate($0, judge: judge, budget: budget)?.value)
        }
    }
    return ["each detector alone, with a budget of \(Figures.percent(evaluation.budgets[budget]))"]
      + Self.aligned([header] + rows)
  }

  private static let leastAlone = 0.01

  private var accuracies: [String] {
    let groups = [("clean", evaluation.clean.images), ("attacked", evaluation.attacks.flatMap(\.images))]
    let known = groups.compactMap { name, images in evaluation.accuracy(images).map { (name, $0) } }
    guard !known.isEmpty else { return [] }
    let rows = known.map { name, accuracy in
      [
        name, Figures.rate(accuracy.unfiltered), Figures.rate(accuracy.filtered),
        Figures.rate(accuracy.wrongForwarded),
      ]
    }
    let versions = evaluation.versionNames.indices.dropFirst().map { version in
      [evaluation.versionNames[version]] + known.map { Figures.rate($0.1.versions[version]) }
    }
    return ["answers of the classifier"]
      + Self.aligned([["", "right without filter", "right and forwarded", "wrong and forwarded"]] + rows)
      + (versions.isEmpty
        ? []
        : ["right answers if another version of every image were forwarded"]
          + Self.aligned([[""] + known.map(\.0)] + versions))
  }

  /// A line for each group of images: what the filter itself takes, which asks no more than it needs.
  private var journeys: [String] {
    let rows = ([evaluation.clean] + evaluation.attacks).compactMap { group in
      evaluation.cost(of: group).map { cost in
        [
          group.name, Figures.fixed(cost.calls, decimals: 2), Figures.fixed(cost.milliseconds, decimals: 1),
          Figures.rate(cost.flaggedEarly.value), Figures.rate(cost.clearedEarly.value), Figures.rate(cost.lost),
        ]
      }
    }
    guard !rows.isEmpty else { return [] }
    return Self.journeyHeading
      + Self.aligned([["", "calls", "ms", "flagged early", "cleared early", "lost by leaving early"]] + rows)
  }

  private static let journeyHeading = [
    "the way of an image, means: calls of models in the time of one of the classifier; where it ends before everything was",
    "asked; and what leaves although complete evidence would flag it",
  ]

  private var costs: [String] {
    let rows = evaluation.judges.indices.compactMap { judge in
      evaluation.milliseconds(judge: judge).map { time in
        [
          evaluation.judges[judge].name, String(evaluation.judges[judge].calls),
          Figures.fixed(time.median, decimals: 1), Figures.fixed(time.high, decimals: 1),
        ]
      }
    }
    guard !rows.isEmpty else { return [] }
    return Self.costHeading + Self.aligned([["", "calls", "ms, median", "ms, slowest of 20"]] + rows)
  }

  private static let costHeading = [
    "cost of an image: classifier calls beyond the first; the whole way for the filter, what it adds for",
    "the others, where a version that several ask for counts for each",
  ]

  static func aligned(_ rows: [[String]]) -> [String] {
    let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return String(("  " + cells.joined(separator: "  ")).reversed().drop { $0 == " " }.reversed())
    }
  }
}
