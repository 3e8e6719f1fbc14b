/// How detectors spend the budget together.
package enum DecisionRule: String, Sendable, CaseIterable {
  /// Groups of detectors have a share of the budget each, and a group flags by itself (Bonferroni; holds under any
  /// dependence). Within a group, evidence adds up. Whoever controls the witnesses of one group cannot vote another down.
  case union
  /// One score from all of them, which has the whole budget.
  case fused
  /// Each has a share of the budget, as its weight says, and flags by itself (Bonferroni; holds under any dependence).
  case shared

  /// What a filter that names no rule decides by.
  package static let `default` = union
}
