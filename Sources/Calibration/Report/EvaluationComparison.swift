import Common

/// Two calibrations on the same images: is the new one better?
package struct EvaluationComparison {
  /// One group of images at one budget.
  package struct Row: Sendable {
    package let group: String
    package let budget: Double
    package let flagged: PairedComparison
  }

  package let rows: [Row]
  private let budgets: [Double]

  /// - Precondition: both are of the same images in the same order, at the same budgets.
  package init(new: Evaluation, old: Evaluation) {
    budgets = new.budgets
    var rows: [Row] = []
    for budget in new.budgets.indices {
      let groups =
        [("clean", new.clean.images, old.clean.images)]
        + zip(new.attacks, old.attacks).map { ($0.name, $0.images, $1.images) }
        + [("all attacks", new.attacks.flatMap(\.images), old.attacks.flatMap(\.images))]
      for (name, newImages, oldImages) in groups {
        let pairs = zip(newImages, oldImages).compactMap { new, old -> (new: Bool, old: Bool)? in
          guard let first = new.flagged[0][budget], let second = old.flagged[0][budget] else { return nil }
          return (first, second)
        }
        if !pairs.isEmpty {
          rows.append(Row(group: name, budget: new.budgets[budget], flagged: PairedComparison(pairs)))
        }
      }
    }
    self.rows = rows
  }

  /// At the filter's budget: better where more attacks are flagged and not shown to cost more false positives, or fewer
  /// false positives without flagging fewer attacks; shown means that the 95 % interval excludes zero.
  package var conclusion: String {
    let own = rows.filter { $0.budget == budgets.first }
    guard let clean = own.first(where: { $0.group == "clean" })?.flagged,
      let attacks = own.first(where: { $0.group == "all attacks" })?.flagged
    else { return "There are not enough images to compare the two." }
    let (more, fewer) = (attacks.interval.lowerBound > 0, attacks.interval.upperBound < 0)
    let (costlier, cheaper) = (clean.interval.lowerBound > 0, clean.interval.upperBound < 0)
    return switch (more, fewer, costlier, cheaper) {
    case (true, _, false, _):
      "The new calibration is better: it flags more attacks, and no more clean images as far as these show."
    case (false, false, _, true):
      "The new calibration is better: it flags fewer clean images, and as many attacks as far as these show."
    case (_, true, _, false): "The new calibration is worse: it flags fewer attacks."
    case (false, false, true, _): "The new calibration is worse: it flags more clean images."
    case (false, false, false, false): "These images do not show a difference between the two."
    default: "The two trade attacks against false positives: neither is better."
    }
  }

  package var text: String {
    let table = rows.map { row in
      [
        Figures.percent(row.budget), row.group, String(row.flagged.total), Figures.difference(row.flagged),
        Figures.fixed(row.flagged.pValue, decimals: 3),
      ]
    }
    let header = ["budget", "images", "n", "difference of the share flagged (95 %)", "McNemar p"]
    return
      (["the new calibration minus the other, on the same images"] + EvaluationTable.aligned([header] + table)
      + ["", conclusion]).map(\.printable).joined(separator: "\n") + "\n"
  }
}
