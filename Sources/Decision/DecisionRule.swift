/// How detectors spend the budget together.
package enum DecisionRule: String, Sendable, CaseIterable {
  /// One score from all of them, which has the whole budget.
  case fused
  /// Each has a share of the budget, as its weight says, and flags by itself (Bonferroni; holds under any dependence).
  case shared
}
