/// What photographs say of the colours: which of those that may be taken they choose, and whether they contradict a source.
struct ColourAnswer {
  /// Of the candidates that may be taken.
  let trial: TrialResult
  /// The one to show: of all candidates where what is taken is contradicted.
  let shownTrial: TrialResult
  /// What photographs say against a source, as a clause for people.
  let contradiction: String?
  /// What that source says.
  let contradicted: PreparationCandidate
  /// Whether a part is chosen by the photographs.
  let choosesNormalisation: Bool
  let choosesOrder: Bool

  /// - Parameters:
  ///   - all: the outcomes of all candidates.
  init(_ all: TrialResult, _ colours: ColourCandidates) {
    let named = all.limited { colours.permits($0) }
    let free = all.limited { colours.permits($0, keepsNames: false) }
    // What models of a name usually take is worth less than what this one shows.
    let overruled = colours.namesNormalisation || colours.namesOrder ? free.contradiction(of: named.taken) : nil
    trial = overruled == nil ? named : free
    let remaining = all.contradiction(of: trial.taken)
    shownTrial = remaining == nil ? trial : all
    contradiction = remaining ?? overruled.map { "\($0); what they say is taken, as only the model's name says this" }
    contradicted = remaining == nil ? named.taken.candidate : trial.taken.candidate
    choosesNormalisation = colours.choosesNormalisation || colours.namesNormalisation && overruled != nil
    choosesOrder = colours.choosesOrder || colours.namesOrder && overruled != nil
  }
}

extension TrialResult {
  /// Whether the photographs tell the best candidate from all that differ from it in one part.
  func isClear<Part: Equatable>(on part: KeyPath<PreparationCandidate, Part>) -> Bool {
    let chosen = best.candidate[keyPath: part]
    return outcomes.allSatisfy { $0.candidate[keyPath: part] == chosen || isClear(against: $0) }
  }
}
