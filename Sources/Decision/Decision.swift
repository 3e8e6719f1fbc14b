import Pixels

/// Turns the detectors' scores into a decision under one false positive budget.
package struct Decision: Sendable {
  package let calibration: Calibration
  package let rule: DecisionRule
  /// The share of clean images that may be flagged, in (0, 1).
  package let budget: Double

  package init(_ calibration: Calibration, rule: DecisionRule, budget: Double) {
    self.calibration = calibration
    self.rule = rule
    self.budget = budget
  }

  /// What was decided about one image.
  package struct Outcome: Sendable {
    /// The image is flagged when it is at most the budget.
    package var pValue: StratifiedPValue
    package var isFlagged: Bool
    /// The weighted sum of evidence; `nil` where detectors share the budget.
    package var fusedScore: Double?
    package var detectors: [DetectorPart]
  }

  /// One detector's part in the decision.
  package struct DetectorPart: Sendable {
    package var pValue: Double
    /// What it adds to the fused score; `nil` where detectors share the budget.
    package var contribution: Double?
    /// Under a fused score: whether it would have spent the whole budget on this image, which is flagged. Under a
    /// shared budget: whether it flags the image with its share.
    package var isFlagged: Bool
  }

  /// - Parameters:
  ///   - scores: one a calibrated detector, in the order of the calibration; `nil` for an abstention.
  ///   - attack: the adversarial images that the fusion must not have been fitted on, for evaluating it.
  /// - Complexity: O(detectors · log of the scores kept).
  package func decide(_ scores: [Double?], from origin: ImageOrigin, leavingOut attack: String? = nil) -> Outcome {
    precondition(scores.count == calibration.detectors.count, "one score a calibrated detector")
    let pValues = zip(calibration.detectors, scores).map { detector, score in
      detector.clean.pValue(of: score, from: origin, budget: budget)
    }
    return switch rule {
    case .fused: fused(scores, pValues.map(\.value), origin, attack)
    case .shared: shared(pValues)
    }
  }

  private func fused(
    _ scores: [Double?], _ pValues: [Double], _ origin: ImageOrigin, _ attack: String?
  ) -> Outcome {
    let score = attack.flatMap { calibration.heldOut[$0] } ?? calibration.fused
    let evidence = zip(calibration.detectors, scores).map { $0.clean.evidence(of: $1) }
    let contributions = FusedScore.contributions(evidence, score.weights)
    let sum = contributions.reduce(0, +)
    let pValue = score.clean.pValue(of: sum, from: origin, budget: budget)
    let isFlagged = pValue.value <= budget
    let parts = zip(pValues, contributions).map { own, contribution in
      DetectorPart(pValue: own, contribution: contribution, isFlagged: isFlagged && own <= budget)
    }
    return Outcome(pValue: pValue, isFlagged: isFlagged, fusedScore: sum, detectors: parts)
  }

  private func shared(_ pValues: [StratifiedPValue]) -> Outcome {
    let total = calibration.detectors.reduce(0) { $0 + $1.weight }
    var least = StratifiedPValue(value: 1, stratum: ImageOrigin.everything, images: calibration.images.count)
    let parts = zip(calibration.detectors, pValues).map { detector, own in
      // A detector without weight only watches.
      let spent = detector.weight > 0 ? own.value * total / detector.weight : 1
      if spent < least.value { least = StratifiedPValue(value: spent, stratum: own.stratum, images: own.images) }
      return DetectorPart(pValue: own.value, contribution: nil, isFlagged: spent <= budget)
    }
    return Outcome(pValue: least, isFlagged: least.value <= budget, fusedScore: nil, detectors: parts)
  }
}

extension StratifiedDistribution {
  /// How unlikely the score is among all clean images.
  ///
  /// Strata come in where false positives are counted, not here: evidence from a narrow stratum would jump with every
  /// image that joins or leaves it, and the fused score with it.
  package func evidence(of score: Double?) -> Double {
    strata[ImageOrigin.everything]?.all.evidence(of: score) ?? 0
  }
}
