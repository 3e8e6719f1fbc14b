extension Decision {
  /// How a verdict stands while witnesses are still to be asked.
  package struct Standing: Sendable, Hashable {
    /// Whether the image is flagged, whatever the others say: evidence and weights are not negative, so that p-values only
    /// become smaller.
    package var isFlagged: Bool
    /// The smallest p/share among groups whose evidence is not complete; the larger it is, the less suspicious the image.
    /// `nil` where all are complete, and under the rule `shared`.
    package var openness: Double?
  }

  /// - Parameters:
  ///   - scores: one a calibrated detector, in the order of the calibration; whatever stands for a detector that waits for
  ///     a witness is not looked at.
  ///   - asked: places of the witnesses that were asked, in any order.
  ///   - attack: the adversarial images that the fit must not have seen.
  /// - Complexity: O(detectors · log of the scores kept).
  package func standing(
    _ scores: [Double?], _ circumstances: Circumstances, asked: [Int], leavingOut attack: String? = nil
  ) -> Standing {
    var reckoning = Reckoning(self, circumstances, leavingOut: attack)
    return standing(scores, asked: asked, &reckoning)
  }

  private func standing(_ scores: [Double?], asked: [Int], _ reckoning: inout Reckoning) -> Standing {
    let isKnown = calibration.detectors.map { $0.witnesses.allSatisfy(asked.contains) }
    let known = zip(scores, isKnown).map { $1 ? $0 : nil }
    guard rule != .shared else {
      return Standing(isFlagged: decide(known, &reckoning).isFlagged, openness: nil)
    }
    let evidence = evidence(known, &reckoning)
    var standing = Standing(isFlagged: false, openness: nil)
    for group in decidingGroups(reckoning.heldOut) {
      let sum = zip(group.members, group.score.weights).reduce(0) { $0 + evidence[$1.0] * $1.1 }
      let own = pValue(ofSum: sum, at: group.place, group.score, budget: budget * group.share, &reckoning)
      let spent = own.value / group.share
      if spent <= budget { standing.isFlagged = true }
      if !group.members.allSatisfy({ isKnown[$0] }) { standing.openness = min(standing.openness ?? spent, spent) }
    }
    return standing
  }

  /// What decides by a sum of evidence, with its part of the budget; groups that only watch are left out.
  private func decidingGroups(
    _ heldOut: Calibration.HeldOut?
  ) -> [(place: Int, members: [Int], score: FusedScore, share: Double)] {
    if rule == .fused {
      return [(0, Array(calibration.detectors.indices), heldOut?.fused ?? calibration.fused, 1)]
    }
    return calibration.groups.indices.filter { shares[$0] > 0 }.map { index in
      let group = calibration.groups[index]
      return (index, group.members, heldOut?.groups[index] ?? group.score, shares[index])
    }
  }

  /// Where the way of an image ends.
  package enum EarlyEnding: Sendable, Hashable {
    /// It is flagged whatever else is asked.
    case flagged
    /// It looks clean enough to leave.
    case exit
  }

  /// Whether the way of an image ends after these witnesses; `nil` while more are to be asked.
  ///
  /// No exit is taken before a private witness was asked, where there is one: whoever knows all the others could otherwise
  /// aim at the exit.
  ///
  /// - Parameters:
  ///   - asked: places of the witnesses that were asked, in any order.
  ///   - exits: where an image may leave; `nil` for the exits of the calibration.
  ///   - attack: the adversarial images that the fit must not have seen, for evaluating it.
  package func ending(
    _ scores: [Double?], _ circumstances: Circumstances, asked: [Int], exits: [EarlyExits.Exit]? = nil,
    leavingOut attack: String? = nil
  ) -> EarlyEnding? {
    var reckoning = Reckoning(self, circumstances, leavingOut: attack)
    return ending(scores, asked: asked, exits: exits, &reckoning)
  }

  /// The same, with what was computed about the image before.
  package func ending(
    _ scores: [Double?], asked: [Int], exits: [EarlyExits.Exit]? = nil, _ reckoning: inout Reckoning
  ) -> EarlyEnding? {
    let standing = standing(scores, asked: asked, &reckoning)
    if standing.isFlagged { return .flagged }
    let places = asked.sorted()
    let exits = exits ?? calibration.exits?.exits ?? []
    guard let openness = standing.openness, let exit = exits.first(where: { $0.asked == places }) else { return nil }
    let witnesses = calibration.witnesses.witnesses
    guard !witnesses.contains(where: \.isPrivate) || asked.contains(where: { witnesses[$0].isPrivate }) else {
      return nil
    }
    return openness > exit.leastOpenness ? .exit : nil
  }

  /// Where the way of an image would end in the order as it stands.
  ///
  /// - Parameters:
  ///   - exits: where an image may leave; `nil` for the exits of the calibration.
  /// - Returns: how many witnesses were asked, `nil` where not even the classifier was; and how it ended, `nil` where everything
  ///   was asked.
  /// - Complexity: O(witnesses · detectors · log of the scores kept).
  package func end(
    of scores: [Double?], _ circumstances: Circumstances, exits: [EarlyExits.Exit]? = nil
  ) -> (asked: Int?, ending: EarlyEnding?) {
    // Before the classifier is asked nobody knows how sure it is.
    var before = circumstances
    before.confidence = nil
    var reckoning = Reckoning(self, before)
    if let ending = ending(scores, asked: [], &reckoning), ending == .flagged { return (nil, ending) }
    reckoning.note(confidence: circumstances.confidence)
    for count in 0..<calibration.witnesses.witnesses.count {
      if let ending = ending(scores, asked: Array(0..<count), exits: exits, &reckoning) { return (count, ending) }
    }
    return (calibration.witnesses.witnesses.count, nil)
  }
}
