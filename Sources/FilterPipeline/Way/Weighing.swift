import Decision
import Detectors

/// Says after each stage whether the verdict is certain: what is asked, and when no more is.
struct Weighing: Sendable {
  private let decision: Decision?
  /// Detectors with a threshold of their own, and those that the calibration decides about, by their places.
  private let thresholds: [(place: Int, threshold: Double)]
  private let calibrated: [Int]
  /// Calls of models for an image that is asked everything.
  private let maxCalls: Int

  init(_ filter: OpenedFilter, _ decision: Decision?) {
    let definition = filter.definition
    self.decision = decision
    maxCalls = (filter.classifier == nil ? 0 : 1) + filter.witnesses.count
    thresholds = definition.detectors.enumerated().compactMap { place, detector in
      detector.threshold.map { (place, $0) }
    }
    calibrated = definition.detectors.indices.filter { definition.detectors[$0].threshold == nil }
  }

  /// Those of the calibration in its order, all of which are there, and behind them those that it does not know.
  func order(_ witnesses: [any Witness]) -> [any Witness] {
    guard let names = decision?.calibration.witnesses.names else { return witnesses }
    return names.compactMap { name in witnesses.first { $0.name == name } }
      + witnesses.filter { !names.contains($0.name) }
  }

  func place(of witness: any Witness) -> Int? {
    decision?.calibration.witnesses.names.firstIndex(of: witness.name)
  }

  /// The order in which witnesses of like cost are drawn for each image; `nil` where it is fixed.
  var drawnOrder: WitnessOrder? {
    guard let calibration = decision?.calibration, calibration.exits?.certificate.terms.drawsOrder == true
    else { return nil }
    return calibration.witnesses
  }

  /// Whether more is to be asked about the image.
  ///
  /// - Parameters:
  ///   - witness: which was asked last; `nil` before any.
  func progress(_ passage: inout Passage, after witness: String?) -> StageProgress {
    // Where everything was asked there is nothing to end.
    guard passage.verdict.asked.count < maxCalls, let ending = ending(&passage) else { return .goesOn }
    if ending == .flagged { passage.isCertainlyFlagged = true }
    if passage.wanted.asksEverything { return .goesOn }
    if passage.draws.isAudited {
      if ending == .exit, passage.verdict.auditedExit == nil { passage.verdict.auditedExit = witness }
      return .goesOn
    }
    passage.verdict.ending = ending == .flagged ? .flaggedEarly : .clearedEarly
    return .ends
  }

  private func ending(_ passage: inout Passage) -> Decision.EarlyEnding? {
    let scores = passage.scores
    if thresholds.contains(where: {
      scores.value(at: $0.place).map { [threshold = $0.threshold] in $0 > threshold } ?? false
    }) {
      return .flagged
    }
    guard let decision, let origin = passage.verdict.origin else { return nil }
    var reckoning = decision.reckoning(passage.reckoning.take(), origin, passage.verdict.prediction?.logOdds)
    let ending = decision.ending(calibrated.map { scores.value(at: $0) }, asked: passage.asked, &reckoning)
    passage.reckoning = reckoning
    // A detector with a threshold of its own has not spoken yet.
    if ending == .exit, thresholds.contains(where: { !scores.isEntered(at: $0.place) }) { return nil }
    return ending
  }
}

extension Decision {
  /// What was computed of an image before, brought up to what is known of it now.
  func reckoning(_ before: Reckoning?, _ origin: ImageOrigin, _ confidence: Double?) -> Reckoning {
    guard var reckoning = before else { return Reckoning(self, .init(origin: origin, confidence: confidence)) }
    reckoning.note(confidence: confidence)
    return reckoning
  }
}
