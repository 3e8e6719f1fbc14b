import Common
import Pixels
import Preprocessing

/// Tries with photographs what nothing says of a preparation, and whether they contradict what is said.
struct PreparationTryout {
  private(set) var chosen: ChosenPreparation
  /// What was known before anything was tried.
  private let known: ChosenPreparation
  /// What is taken so far.
  private var current: PreparationCandidate
  /// What photographs say against what was found, as they were last asked.
  private var contradiction: Found<String>?
  /// What they say against their labels.
  private var labelDoubt: String?
  private let trial: PreparationTrial
  private let colours: ColourCandidates
  private let output: OutputKind

  /// - Parameters:
  ///   - chosen: what is known before anything is tried.
  ///   - isNormalisedInTensorOrder: whether the normalisation that was found is in the order of the tensor's channels.
  init(
    _ chosen: ChosenPreparation, _ trial: PreparationTrial, _ classifier: ClassifierDescription,
    isNormalisedInTensorOrder: Bool
  ) {
    let channels = classifier.input.channels
    let current = PreparationCandidate(
      steps: chosen.steps.value,
      normalisation: NamedNormalisation(
        chosen.normalisation.map { _ in "as found" } ?? "samples as they are",
        chosen.normalisation?.value ?? .identity(channels),
        isInTensorOrder: isNormalisedInTensorOrder && chosen.order.reason == .assumed),
      order: chosen.order.value)
    self.chosen = chosen
    known = chosen
    self.current = current
    self.trial = trial
    colours = ColourCandidates(chosen, current, channels)
    output = classifier.output.kind
  }

  /// - Parameters:
  ///   - geometries: the steps that are tried where nothing says which.
  ///   - progress: told what is being tried, and the share of it that is done.
  mutating func run(
    _ geometries: [[PreprocessStep]], _ progress: (String, Double) -> Void
  ) throws(SluiceError) {
    try tryColours(progress)
    // Everything is tried again as a logit then.
    guard !chosen.showsLogit else { return }
    // What was tried with another geometry may look different with this one.
    if try tryGeometries(geometries, progress), colours.leavesChoice { try tryColours(progress) }
    if let contradiction { chosen.doubts.append(contradiction) }
    if let labelDoubt { chosen.doubts.append(Found(labelDoubt, source: "photographs")) }
  }

  private mutating func tryColours(_ progress: (String, Double) -> Void) throws(SluiceError) {
    // One probability is told from one logit by photographs, also where there is nothing to choose.
    guard colours.count > 1 || output == .oneProbability else { return }
    let all = try trial.colours(colours.normalisations, colours.orders, steps: current.steps) {
      progress("colours", $0)
    }
    labelDoubt = all.labelDoubt
    let answer = ColourAnswer(all, colours)
    current = answer.trial.taken.candidate
    chosen.topClasses = answer.trial.taken.topClasses
    chosen.showsLogit = chosen.showsLogit || all.leavesUnit
    contradiction = answer.contradiction.map {
      Found($0, source: known.source(contradictedBy: all.best.candidate, insteadOf: answer.contradicted))
    }
    if answer.contradiction != nil || colours.leavesChoice { chosen.trials.append(answer.shownTrial) }
    if answer.choosesOrder {
      chosen.order = Choice(current.order, .tried(isClear: answer.trial.isClear(on: \.order)))
    }
    chosen.normalisation = chosen.normalisation.map { normalisation in
      let isClear = answer.trial.isClear(on: \.normalisation)
      return Choice(current.values, answer.choosesNormalisation ? .tried(isClear: isClear) : normalisation.reason)
    }
  }

  /// - Returns: whether another geometry is taken than before.
  private mutating func tryGeometries(
    _ geometries: [[PreprocessStep]], _ progress: (String, Double) -> Void
  ) throws(SluiceError) -> Bool {
    guard chosen.steps.reason == .assumed, geometries.count > 1 else { return false }
    let result = try trial.geometries(geometries, like: current) { progress("geometries", $0) }
    chosen.trials.append(result)
    chosen.topClasses = result.taken.topClasses
    chosen.showsLogit = result.leavesUnit
    labelDoubt = result.labelDoubt
    let steps = result.taken.candidate.steps
    chosen.steps = Choice(steps, .tried(isClear: result.isClear(on: \.steps)))
    guard steps != current.steps else { return false }
    current.steps = steps
    return true
  }
}
