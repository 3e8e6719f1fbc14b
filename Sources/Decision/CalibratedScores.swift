extension Decision {
  /// A score that the calibration has a distribution of, and decides by.
  struct CalibratedScore {
    /// As in "the group `image`", without its name where it is private.
    let subject: String
    let clean: StratifiedDistribution
    /// The p-value up to which it flags an image by itself; 0 where it only watches.
    let flaggedBelow: Double
  }

  /// What is decided by, under the rule: the groups' scores, the fused one, or each detector's.
  ///
  /// - Parameters:
  ///   - privateDetectors: detectors whose names are not said, nor those of groups that hold nothing else.
  func calibratedScores(hiding privateDetectors: Set<String>) -> [CalibratedScore] {
    let detectors = calibration.detectors
    switch rule {
    case .fused:
      return [
        CalibratedScore(subject: "all detectors together", clean: calibration.fused.clean, flaggedBelow: budget)
      ]
    case .union:
      return zip(calibration.groups, shares).map { group, share in
        let isPrivate = group.members.allSatisfy { privateDetectors.contains(detectors[$0].name) }
        return CalibratedScore(
          subject: isPrivate ? "a private group" : "the group `\(group.name)`", clean: group.score.clean,
          flaggedBelow: budget * share)
      }
    case .shared:
      let total = detectors.reduce(0) { $0 + $1.weight }
      return detectors.map { detector in
        let isPrivate = privateDetectors.contains(detector.name)
        return CalibratedScore(
          subject: isPrivate ? "a private detector" : "the detector `\(detector.name)`", clean: detector.clean,
          flaggedBelow: detector.weight > 0 ? budget * detector.weight / total : 0)
      }
    }
  }

  /// The same scores of one image, in the same order.
  ///
  /// - Parameters:
  ///   - scores: one a calibrated detector, in the order of the calibration; `nil` for an abstention.
  ///   - parts: what was decided about them.
  /// - Precondition: as many of both as calibrated detectors.
  package func calibratedScores(of scores: [Double?], _ parts: [DetectorPart]) -> [Double?] {
    precondition(scores.count == calibration.detectors.count && parts.count == scores.count)
    func sum(_ members: some Sequence<Int>) -> Double { members.reduce(0) { $0 + (parts[$1].contribution ?? 0) } }
    switch rule {
    case .fused: return [sum(parts.indices)]
    case .union: return calibration.groups.map { sum($0.members) }
    case .shared: return scores
    }
  }
}

extension Calibration {
  /// The scores of photographs as they came, each once; `nil` where they are not kept apart from changed ones, or there are
  /// none.
  ///
  /// Scores among changed images, blurred or noisy ones, say nothing about traffic that has none of them.
  func originals(_ clean: StratifiedDistribution) -> CleanDistribution? {
    guard let all = clean.strata[ImageOrigin.everything] else { return nil }
    let hasChanged = images.kinds.keys.contains { $0 != CleanImages.original }
    guard let originals = all.kinds[CleanImages.original] ?? (hasChanged ? nil : all.all) else { return nil }
    return originals.count > 0 ? originals : nil
  }
}
