/// What an attack is after.
package enum AttackGoal: String, Sendable, Hashable, CaseIterable {
  /// A wrong class.
  case classifier
  /// A wrong class in a picture that is not flagged.
  case filter
}
