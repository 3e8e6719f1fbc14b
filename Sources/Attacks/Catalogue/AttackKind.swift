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
  package let make: @Sendable (ParameterValues) -> any Attack

  init(
    _ key: AttackKey, _ summary: String, source: String, leastSight: Sight, parameters: [Parameter],
    make: @escaping @Sendable (ParameterValues) -> any Attack
  ) {
    self.key = key
    self.summary = summary
    self.source = source
    self.leastSight = leastSight
    self.parameters = parameters
    self.make = make
  }

  package var name: String { key.rawValue }

  /// Whether it searches by how far a picture is from the goal, which scores tell best.
  package var profitsFromScores: Bool { [.square, .squareL2].contains(key) || leastSight == .scores }

  /// Whether it begins at other pictures, for which they are read once more before the attack.
  package var beginsAtOthers: Bool { key == .hopSkipJump }

  /// Every kind, in the order of the catalogue.
  package static let all = AttackKey.allCases.map(\.kind)
}
