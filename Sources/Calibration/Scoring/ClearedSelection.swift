/// Which of the images that reviewers cleared go into a calibration.
///
/// They are no sample of clean traffic: reviewers look at what was flagged, so nearly every one is as suspicious as few clean
/// images are. Taken as they come they raise thresholds, by as much as anybody likes who sends harmless images that are flagged,
/// and attacks pass below these. A share of clean images that is no larger than the budget is flagged anyway, so that many may
/// come in: the ones with the smallest digests, whatever the order.
package struct ClearedSelection: Sendable {
  /// Digests of those that are taken.
  package let taken: Set<String>
  /// How many are not.
  package let leftOut: Int

  /// - Parameters:
  ///   - cleared: digests of images that are clean ones by their review alone.
  ///   - cleanCount: how many clean images there are besides, as they came.
  ///   - budget: the false positive rate, below 1.
  /// - Complexity: O(n log n).
  package init(_ cleared: some Collection<String>, beside cleanCount: Int, budget: Double) {
    // The largest k of k ≤ budget · (n + k); the little more is for numbers that doubles do not hold.
    let room = Int(budget * Double(cleanCount) / (1 - budget) + 1e-9)
    taken = Set(cleared.sorted().prefix(room))
    leftOut = cleared.count - taken.count
  }
}
