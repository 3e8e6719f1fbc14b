extension Evaluation {
  static let passingHeading = "what passes, at the filter's own budget, of the pictures that each attack was tried on"
  static let passingExplanation =
    "At the filter's own budget, of the pictures that each attack was tried on. An attacker needs one success: a picture is protected if every attack on it failed, or was flagged."
  static let passingColumns = ["", "tried on", "wrong", "wrong and not flagged"]

  /// A row for each attack, and where the same pictures were attacked in several ways one for those on which any succeeded:
  /// the pictures that are not protected, so that all rows count the same thing. A dash where the calibration has too few images
  /// to decide.
  package var passingRows: [[String]] {
    var rows = attacks.compactMap { attack -> [String]? in
      guard let wrong = passing(attack, goal: .classifier) else { return nil }
      return [attack.name, String(wrong.total), Figures.rate(wrong), Figures.rate(passing(attack, goal: .filter))]
    }
    if let alone = protected(goal: .classifier) {
      let shares: [Rate?] = [alone, protected(goal: .filter)]
      let others = shares.map { rate in
        Figures.rate(rate.map { Rate(count: $0.total - $0.count, of: $0.total) })
      }
      rows.append(["at least one of them", String(alone.total)] + others)
    }
    return rows
  }
}
