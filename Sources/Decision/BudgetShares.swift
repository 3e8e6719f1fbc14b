/// How groups of detectors divide the false positive budget.
package enum BudgetShares {
  /// The name of the group of detectors that look at the image or its file alone.
  package static let imageGroup = "image"
  /// The name of the group of detectors that ask the classifier alone.
  package static let classifierGroup = "classifier"

  /// What detectors of the image alone have beside groups that ask models. They are sharp where they see anything, so a
  /// small share would do for large budgets; of a budget of 1 in 1,000 a calibration of a few thousand images could not
  /// spend it.
  package static let imageShare = 0.4

  /// Shares where a filter names none: `imageShare` for the image alone, the rest equally among the others; equally
  /// among all where there is no such group, or nothing else.
  ///
  /// - Complexity: O(groups).
  package static func `default`(for groups: [String]) -> [String: Double] {
    let others = groups.filter { $0 != imageGroup }
    guard !others.isEmpty, others.count < groups.count else {
      return Dictionary(groups.map { ($0, 1 / Double(groups.count)) }) { first, _ in first }
    }
    var shares = Dictionary(others.map { ($0, (1 - imageShare) / Double(others.count)) }) { first, _ in first }
    shares[imageGroup] = imageShare
    return shares
  }
}
