import Common

/// A kind of attack as the command names it: what it takes, what it does, where it comes from.
package struct AttackKind: Sendable {
  package let key: AttackKey
  /// What it does, in a phrase.
  package let summary: String
  /// The paper; for a control, that it is one.
  package let source: String
  package let parameters: [Parameter]
  /// The least that an attacker must see for it.
  package let leastSight: Sight
  /// Whether it searches by how far a picture is from the goal, which scores tell best.
  package let profitsFromScores: Bool
  /// Whether it begins at other pictures, for which they are read once more before the attack.
  package let beginsAtOthers: Bool
  package let make: @Sendable (ParameterValues) -> any Attack

  init(
    _ key: AttackKey, _ summary: String, source: String, leastSight: Sight, profitsFromScores: Bool,
    beginsAtOthers: Bool, parameters: [Parameter],
    make: @escaping @Sendable (ParameterValues) -> any Attack
  ) {
    self.key = key
    self.summary = summary
    self.source = source
    self.leastSight = leastSight
    self.profitsFromScores = profitsFromScores
    self.beginsAtOthers = beginsAtOthers
    self.parameters = parameters
    self.make = make
  }

  package var name: String { key.rawValue }

  /// Every kind, in the order of the catalogue.
  package static let all = AttackKey.allCases.map(\.kind)
}
