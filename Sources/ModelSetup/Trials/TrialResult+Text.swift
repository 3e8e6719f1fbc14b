extension TrialResult {
  private static let shownRows = 6

  /// The candidates as a table, the best first.
  package var text: String {
    let shown = outcomes.prefix(Self.shownRows)
    let width = shown.map { shortName($0.candidate).count }.max() ?? 0
    let head =
      measure == .accuracy ? "accuracy  confidence" : "information  confidence  agreement"
    var lines = ["  \(padded("", width))  \(head)"]
    for outcome in shown {
      let numbers =
        measure == .accuracy
        ? "\(padded(share(outcome.accuracy), 10))\(share(outcome.confidence))"
        : "\(padded(hundredths(outcome.meanInformation), 13))\(padded(share(outcome.confidence), 12))\(share(outcome.agreement))"
      lines.append("  \(padded(shortName(outcome.candidate), width))  \(numbers)")
    }
    if outcomes.count > shown.count { lines.append("  and \(outcomes.count - shown.count) that do worse") }
    if let rival = rivals.first {
      lines.append(
        "  warning: the first is within noise of \(shortName(rival.candidate))"
          + (taken.candidate == best.candidate
            ? "; more photographs would tell" : ": the usual one of those is taken, \(shortName(taken.candidate))"))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What differs between the candidates.
  private func shortName(_ candidate: PreparationCandidate) -> String {
    let hasGeometries = Set(outcomes.map(\.candidate.steps)).count > 1
    return hasGeometries ? candidate.geometry : "\(candidate.colours), \(candidate.normalisation.name)"
  }

  private func share(_ value: Double?) -> String { hundredths(value) }

  private func hundredths(_ value: Double?) -> String {
    guard let value else { return "–" }
    let count = Int((abs(value) * 100).rounded())
    let digits = count % 100
    return "\(value < 0 && count > 0 ? "-" : "")\(count / 100).\(digits < 10 ? "0" : "")\(digits)"
  }
}
