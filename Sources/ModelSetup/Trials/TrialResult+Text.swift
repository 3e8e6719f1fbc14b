extension TrialResult {
  private static let shownRows = 6

  /// The candidates as a table, the best first.
  package var text: String {
    let shown = shownOutcomes
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
    if let rest = rest(besides: shown) { lines.append("  \(rest)") }
    if let rival = rivals.first {
      lines.append(
        "  warning: the first is within noise of \(shortName(rival.candidate))"
          + (taken.candidate == best.candidate
            ? "; more photographs would tell" : ": the usual one of those is taken, \(shortName(taken.candidate))"))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What photographs say against the labels, as a clause for people; `nil` where they say nothing.
  package var labelDoubt: String? {
    refutedLabels.map {
      "folders or file names give classes for \($0.count) photographs, of which the model finds \(share($0.accuracy)): either the labels "
        + "are in another order than the model's, or the names mean something else"
    }
  }

  /// What photographs say against a candidate that a source names, as a clause for people; `nil` where they say nothing.
  package func contradiction(of other: CandidateOutcome) -> String? {
    guard contradicts(other) else { return nil }
    let name = shortName(best.candidate)
    switch measure {
    case .accuracy:
      return
        "photographs say otherwise: \(name) is right on \(share(best.accuracy)) of them, this one on \(share(other.accuracy))"
    case .information:
      return "photographs say otherwise: \(name) has \(hundredths(best.meanInformation)) of information, "
        + "this one \(hundredths(other.meanInformation))"
    }
  }

  /// The best, and those that the report names besides.
  private var shownOutcomes: [CandidateOutcome] {
    let named = Set([taken, rivals.first].compactMap(\.?.candidate))
    return outcomes.enumerated().filter { $0 < Self.shownRows || named.contains($1.candidate) }.map(\.element)
  }

  private func rest(besides shown: [CandidateOutcome]) -> String? {
    guard outcomes.count > shown.count else { return nil }
    let shown = Set(shown.map(\.candidate))
    let equals = rivals.filter { !shown.contains($0.candidate) }.count
    let count = outcomes.count - shown.count
    return equals == 0 ? "and \(count) that do worse" : "and \(count) more, \(equals) of them within noise of the first"
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
