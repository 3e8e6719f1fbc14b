import Pixels

/// Several candidates, the best first, and how sure that is.
package struct TrialResult: Sendable {
  /// What the candidates were ranked by.
  package enum Measure: Sendable, Hashable {
    /// The share of photographs whose class is found; where that is within noise of the best, the likelihood of the classes.
    case accuracy
    /// How well looks at one photograph agree, and differ between photographs.
    case information
  }

  package let measure: Measure
  package let outcomes: [CandidateOutcome]
  /// What is taken: the best, or the most usual of those that are not told from it.
  package let taken: CandidateOutcome
  /// Whether a number that was taken for one probability lay outside [0, 1]: a sigmoid gives none there, whatever it is shown.
  package let leavesUnit: Bool

  /// What labels there were that say nothing of the candidates, because the model finds no more of them than by guessing.
  package let refutedLabels: RefutedLabels?

  package struct RefutedLabels: Sendable, Hashable {
    /// How many photographs have them.
    package let count: Int
    /// The share that the best candidate finds.
    package let accuracy: Double

    package init(count: Int, accuracy: Double) {
      self.count = count
      self.accuracy = accuracy
    }
  }

  /// Candidates whose mean difference is below so many standard errors are not told apart.
  private static let clearDifference = 2.0

  /// - Parameters:
  ///   - outcomes: in the order of how usual they are, which decides between equal ones; not empty.
  ///   - prefersUsual: whether the order also decides between those that photographs do not tell apart. It is right where
  ///     the candidates differ little, so that the best of a few photographs is mere chance.
  package init(
    _ outcomes: [CandidateOutcome], by measure: Measure, prefersUsual: Bool, leavesUnit: Bool = false,
    refutedLabels: RefutedLabels? = nil
  ) {
    self.measure = measure
    self.leavesUnit = leavesUnit
    self.refutedLabels = refutedLabels
    let mostAccurate = outcomes.max { ($0.accuracy ?? 0) < ($1.accuracy ?? 0) } ?? outcomes[0]
    let ranks = outcomes.map { Self.rank($0, measure, mostAccurate) }
    let ranked = outcomes.enumerated().sorted { left, right in
      let (first, second) = (ranks[left.offset], ranks[right.offset])
      return first == second ? left.offset < right.offset : first > second
    }
    self.outcomes = ranked.map(\.element)
    let best = ranked[0].element
    let usual = prefersUsual ? outcomes.first { !Self.tells(best, from: $0, measure) } : nil
    taken = usual ?? best
  }

  package var best: CandidateOutcome { outcomes[0] }

  /// The same of some candidates, as though the others had not been tried.
  func limited(to isPermitted: (PreparationCandidate) -> Bool) -> TrialResult {
    let permitted = outcomes.filter { isPermitted($0.candidate) }
    guard !permitted.isEmpty, permitted.count < outcomes.count else { return self }
    return TrialResult(
      permitted, by: measure, prefersUsual: false, leavesUnit: leavesUnit, refutedLabels: refutedLabels)
  }

  private static func rank(
    _ outcome: CandidateOutcome, _ measure: Measure, _ mostAccurate: CandidateOutcome
  ) -> (Double, Double) {
    switch measure {
    case .accuracy:
      exceeds(mostAccurate.corrects, outcome.corrects)
        ? (outcome.accuracy ?? 0, outcome.meanLikelihood) : (1, outcome.meanLikelihood)
    case .information: (outcome.meanInformation ?? 0, outcome.agreement ?? 0)
    }
  }

  /// Whether the photographs tell the best candidate from another: by the mean of the differences, photograph by
  /// photograph, against its standard error.
  package func isClear(against other: CandidateOutcome) -> Bool { Self.tells(best, from: other, measure) }

  private static func tells(_ best: CandidateOutcome, from other: CandidateOutcome, _ measure: Measure) -> Bool {
    switch measure {
    case .accuracy: exceeds(best.likelihoods, other.likelihoods) || exceeds(best.corrects, other.corrects)
    case .information: exceeds(best.information, other.information)
    }
  }

  /// Where photographs have no labels, the best has so many times the information of a candidate that they contradict, and
  /// of so much at least.
  private static let flatRatio = 2.0
  private static let leastInformation = 0.1

  /// Whether the photographs plainly say that the best candidate is right and another wrong: more photographs are
  /// answered rightly, or they have far more information. That the model is a little surer of itself says nothing.
  package func contradicts(_ other: CandidateOutcome) -> Bool {
    switch measure {
    case .accuracy: Self.exceeds(best.corrects, other.corrects)
    case .information:
      Self.exceeds(best.information, other.information)
        && (best.meanInformation ?? 0) > Self.flatRatio * max(Self.leastInformation, other.meanInformation ?? 0)
    }
  }

  /// Whether one list exceeds another by more than noise.
  private static func exceeds(_ first: [Double], _ second: [Double]) -> Bool {
    let differences = zip(first, second).map { $0 - $1 }
    guard differences.count > 1 else { return false }
    let mean = CandidateOutcome.mean(differences)
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(differences.count - 1)
    return mean > clearDifference * (variance / Double(differences.count)).squareRoot()
  }

  /// The candidates that the photographs do not tell from the best one.
  package var rivals: [CandidateOutcome] { outcomes.dropFirst().filter { !isClear(against: $0) } }
}
