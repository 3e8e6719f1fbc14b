/// Turns the detectors' scores into a decision under one false positive budget.
package struct Decision: Sendable {
  package let calibration: Calibration
  package let rule: DecisionRule
  /// The share of clean images that may be flagged, in (0, 1).
  package let budget: Double
  /// What part of the budget each group of the calibration has, in its order; used by the rule `union`.
  package let shares: [Double]
  /// What each detector may spend of the budget, in the order of the calibration: enough images for the whole of it can be too few
  /// for a part.
  let detectorBudgets: [Double]

  /// - Parameters:
  ///   - shares: by the names of groups, together at most 1; those that `BudgetShares` gives where empty. A group
  ///     without a share only watches.
  package init(_ calibration: Calibration, rule: DecisionRule, budget: Double, shares: [String: Double] = [:]) {
    self.calibration = calibration
    self.rule = rule
    self.budget = budget
    let names = calibration.groups.map(\.name)
    let used = shares.isEmpty ? BudgetShares.default(for: names) : shares
    let parts = names.map { used[$0] ?? 0 }
    self.shares = parts
    detectorBudgets = Self.detectorParts(calibration, rule, shares: parts).map { budget * $0 }
  }

  /// One a detector; what only watches is shown as if it had the whole budget.
  private static func detectorParts(_ calibration: Calibration, _ rule: DecisionRule, shares: [Double]) -> [Double] {
    var parts = [Double](repeating: 1, count: calibration.detectors.count)
    switch rule {
    case .fused: break
    case .shared:
      let total = calibration.detectors.reduce(0) { $0 + $1.weight }
      for (index, detector) in calibration.detectors.enumerated() where detector.weight > 0 {
        parts[index] = detector.weight / total
      }
    case .union:
      for (group, share) in zip(calibration.groups, shares) where share > 0 {
        for member in group.members { parts[member] = share }
      }
    }
    return parts
  }

  /// What was decided about one image.
  package struct Conclusion: Sendable {
    /// The image is flagged when it is at most the budget.
    package var pValue: StratifiedPValue
    package var isFlagged: Bool
    /// The weighted sum of evidence; `nil` unless the rule is `fused`.
    package var fusedScore: Double?
    package var detectors: [DetectorPart]
    /// In the order of the calibration; empty unless the rule is `union`.
    package var groups: [GroupPart] = []
  }

  /// One detector's part in the decision.
  package struct DetectorPart: Sendable {
    package var pValue: Double
    /// What it adds to the score of its group, or to the fused one; `nil` where each detector has a share of its own.
    package var contribution: Double?
    /// Under a fused score: whether it would have spent the whole budget on this image, which is flagged. Under a
    /// shared budget: whether it flags the image with its share. In a group: whether the group flags the image and it
    /// alone would have spent the group's share.
    package var isFlagged: Bool
  }

  /// One group's part in the decision.
  package struct GroupPart: Sendable, Hashable {
    package var name: String
    package var pValue: Double
    package var share: Double
    /// Whether it flags the image with its share.
    package var isFlagged: Bool
  }

  /// What is known about an image besides its scores.
  package struct Circumstances: Sendable, Hashable {
    /// The names of the strata of its origin. They are made once, because every p-value asks for them.
    let strata: [String]
    /// How sure the classifier is of its answer, in log-odds; `nil` without a classifier.
    package var confidence: Double?

    package init(origin: ImageOrigin, confidence: Double?) {
      strata = origin.strata
      self.confidence = confidence
    }
  }

  /// - Parameters:
  ///   - scores: one a calibrated detector, in the order of the calibration; `nil` for an abstention.
  ///   - attack: the adversarial images that the fit must not have seen, for evaluating it.
  /// - Complexity: O(detectors · log of the scores kept).
  package func decide(
    _ scores: [Double?], _ circumstances: Circumstances, leavingOut attack: String? = nil
  ) -> Conclusion {
    var reckoning = Reckoning(self, circumstances, leavingOut: attack)
    return decide(scores, &reckoning)
  }

  /// The same, with what was computed about the image before.
  package func decide(_ scores: [Double?], _ reckoning: inout Reckoning) -> Conclusion {
    precondition(scores.count == calibration.detectors.count, "one score a calibrated detector")
    let pValues = pValues(scores, &reckoning)
    switch rule {
    case .shared: return shared(pValues)
    case .fused: return fused(evidence(scores, &reckoning), pValues.map(\.value), &reckoning)
    case .union: return union(evidence(scores, &reckoning), pValues.map(\.value), &reckoning)
    }
  }

  private func fused(_ evidence: [Double], _ pValues: [Double], _ reckoning: inout Reckoning) -> Conclusion {
    let score = reckoning.heldOut?.fused ?? calibration.fused
    let contributions = FusedScore.contributions(evidence, score.weights)
    let sum = contributions.reduce(0, +)
    let pValue = pValue(ofSum: sum, at: 0, score, budget: budget, &reckoning)
    let isFlagged = pValue.value <= budget
    let parts = zip(pValues, contributions).map { own, contribution in
      DetectorPart(pValue: own, contribution: contribution, isFlagged: isFlagged && own <= budget)
    }
    return Conclusion(pValue: pValue, isFlagged: isFlagged, fusedScore: sum, detectors: parts)
  }

  /// The smallest of p/share over the groups: at most a share of the budget's worth of clean images is flagged by each
  /// group, so at most the budget by all, whatever their dependence.
  private func union(_ evidence: [Double], _ pValues: [Double], _ reckoning: inout Reckoning) -> Conclusion {
    var least = StratifiedPValue(value: 1, stratum: ImageOrigin.everything, images: calibration.images.count)
    var parts = pValues.map { DetectorPart(pValue: $0, contribution: 0, isFlagged: false) }
    var groups: [GroupPart] = []
    for (index, group) in calibration.groups.enumerated() {
      let score = reckoning.heldOut?.groups[index] ?? group.score
      let contributions = FusedScore.contributions(group.members.map { evidence[$0] }, score.weights)
      // A group that only watches is shown with the p-value that it would have with the whole budget.
      let ownBudget = shares[index] > 0 ? budget * shares[index] : budget
      let own = pValue(ofSum: contributions.reduce(0, +), at: index, score, budget: ownBudget, &reckoning)
      let spent = shares[index] > 0 ? min(1, own.value / shares[index]) : 1
      let isFlagged = spent <= budget
      if spent < least.value { least = StratifiedPValue(value: spent, stratum: own.stratum, images: own.images) }
      groups.append(GroupPart(name: group.name, pValue: own.value, share: shares[index], isFlagged: isFlagged))
      for (member, contribution) in zip(group.members, contributions) {
        parts[member].contribution = contribution
        parts[member].isFlagged = isFlagged && pValues[member] <= ownBudget
      }
    }
    return Conclusion(
      pValue: least, isFlagged: least.value <= budget, fusedScore: nil, detectors: parts, groups: groups)
  }

  private func shared(_ pValues: [StratifiedPValue]) -> Conclusion {
    let total = calibration.detectors.reduce(0) { $0 + $1.weight }
    var least = StratifiedPValue(value: 1, stratum: ImageOrigin.everything, images: calibration.images.count)
    let parts = zip(calibration.detectors, pValues).map { detector, own in
      // A detector without weight only watches.
      let spent = detector.weight > 0 ? own.value * total / detector.weight : 1
      if spent < least.value { least = StratifiedPValue(value: spent, stratum: own.stratum, images: own.images) }
      return DetectorPart(pValue: own.value, contribution: nil, isFlagged: spent <= budget)
    }
    return Conclusion(pValue: least, isFlagged: least.value <= budget, fusedScore: nil, detectors: parts)
  }
}
