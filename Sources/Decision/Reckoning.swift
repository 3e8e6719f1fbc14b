extension Decision {
  /// What was computed about one image. It is judged again after every witness, and each of them changes few scores.
  ///
  /// It belongs to one image under one decision.
  package struct Reckoning: Sendable {
    let strata: [String]
    /// What was fitted without an attack; `nil` for the fit that decides about images.
    let heldOut: Calibration.HeldOut?
    fileprivate private(set) var confidence: Double?

    /// Of the detectors, in the order of the calibration.
    fileprivate var evidence: [Remembered<Double>]
    fileprivate var pValues: [Remembered<StratifiedPValue>]
    /// Of the sums of the groups, or of the fused one.
    fileprivate var sums: [Remembered<StratifiedPValue>]

    /// - Parameters:
    ///   - attack: the adversarial images that the fit must not have seen, for evaluating it.
    package init(_ decision: Decision, _ circumstances: Circumstances, leavingOut attack: String? = nil) {
      let calibration = decision.calibration
      strata = circumstances.strata
      confidence = circumstances.confidence
      heldOut = attack.flatMap { calibration.heldOut[$0] }
      evidence = Array(repeating: Remembered(), count: calibration.detectors.count)
      pValues = Array(repeating: Remembered(), count: calibration.detectors.count)
      sums = Array(repeating: Remembered(), count: max(1, calibration.groups.count))
    }

    /// Takes down how sure the classifier is, which all evidence depends on.
    package mutating func note(confidence: Double?) {
      guard confidence != self.confidence else { return }
      self.confidence = confidence
      for index in evidence.indices { evidence[index] = Remembered() }
    }
  }

  /// What came of the last score.
  fileprivate struct Remembered<Value: Sendable>: Sendable {
    private var last: (score: Double?, value: Value)?

    mutating func value(of score: Double?, _ compute: () -> Value) -> Value {
      if let last, last.score == score { return last.value }
      let value = compute()
      last = (score, value)
      return value
    }
  }

  /// One a calibrated detector, 0 for an abstention.
  func evidence(_ scores: [Double?], _ reckoning: inout Reckoning) -> [Double] {
    let confidence = reckoning.confidence
    return scores.indices.map { index in
      reckoning.evidence[index].value(of: scores[index]) {
        calibration.detectors[index].byConfidence.evidence(of: scores[index], at: confidence)
      }
    }
  }

  /// One a calibrated detector, under what it may spend of the budget.
  func pValues(_ scores: [Double?], _ reckoning: inout Reckoning) -> [StratifiedPValue] {
    let strata = reckoning.strata
    return scores.indices.map { index in
      reckoning.pValues[index].value(of: scores[index]) {
        calibration.detectors[index].clean.pValue(of: scores[index], in: strata, budget: detectorBudgets[index])
      }
    }
  }

  /// - Parameters:
  ///   - place: of the group whose sum it is; 0 for the fused one.
  ///   - budget: the same for each sum of the place.
  func pValue(
    ofSum sum: Double, at place: Int, _ score: FusedScore, budget: Double, _ reckoning: inout Reckoning
  ) -> StratifiedPValue {
    let strata = reckoning.strata
    return reckoning.sums[place].value(of: sum) { score.clean.pValue(of: sum, in: strata, budget: budget) }
  }
}
