import Glibc

/// An interval whose share of flagged images differs from that of the intervals before it by more than chance does.
///
/// It is the share of the images that were judged: whoever could send junk beside an attack would hide it otherwise.
///
/// The two shares are compared by the likelihood ratio: the interval against up to a day before it. A change is marked where the
/// square root of the deviance is at least 4, which chance alone gives about once in sixteen thousand intervals. Rejected
/// alternative: the pooled z-test for two proportions, which takes the first flagged image after many clean ones for a change.
package struct SuddenChange: Sendable, Hashable {
  package let interval: AuditStore.Interval
  /// The share of flagged images in the interval, and before it.
  package let share: Double
  package let shareBefore: Double

  package static let threshold = 4.0
  /// Fewer images say nothing about a share.
  private static let (fewestNow, fewestBefore) = (20, 50)

  /// - Parameters:
  ///   - intervals: in order of time; what is left out counts as empty.
  ///   - seconds: their length.
  package static func changes(in intervals: [AuditStore.Interval], of seconds: Int) -> [SuddenChange] {
    var changes: [SuddenChange] = []
    var (first, images, flagged) = (0, 0, 0)
    for (index, interval) in intervals.enumerated() {
      let dayBefore = interval.start - .seconds(max(86_400, seconds))
      while first < index, intervals[first].start < dayBefore {
        images -= intervals[first].judged
        flagged -= intervals[first].count("adversarial")
        first += 1
      }
      if let change = change(interval, images: images, flagged: flagged) { changes.append(change) }
      images += interval.judged
      flagged += interval.count("adversarial")
    }
    return changes
  }

  private static func change(_ interval: AuditStore.Interval, images: Int, flagged: Int) -> SuddenChange? {
    let (now, flaggedNow) = (interval.judged, interval.count("adversarial"))
    guard now >= fewestNow, images >= fewestBefore else { return nil }
    let pooled = Double(flaggedNow + flagged) / Double(now + images)
    let (share, before) = (Double(flaggedNow) / Double(now), Double(flagged) / Double(images))
    let deviance = 2 * (Double(now) * divergence(share, pooled) + Double(images) * divergence(before, pooled))
    guard deviance >= threshold * threshold else { return nil }
    return SuddenChange(interval: interval, share: share, shareBefore: before)
  }

  /// How much better the observed share explains an image than the expected one does.
  private static func divergence(_ observed: Double, _ expected: Double) -> Double {
    func part(_ observed: Double, _ expected: Double) -> Double {
      observed > 0 ? observed * log(observed / expected) : 0
    }
    return part(observed, expected) + part(1 - observed, 1 - expected)
  }
}
