import Calibration
import Common

/// Everything that an attack's results follow from, besides the filter and the pictures.
package struct AttackPlan: Sendable {
  /// The wanted class of targeted attacks.
  package enum Target: Sendable, Hashable {
    case number(Int)
    /// Another class for each picture, drawn from the seed.
    case random
  }

  package var kind: AttackKind
  package var values: ParameterValues
  package var goal: AttackGoal
  package var sight: Sight
  package var target: Target?
  package var form: SavedForm
  /// Queries for each picture.
  package var budget: Int
  package var seed: Int

  package static let budgets = 1...1_000_000

  /// - Throws: `invalid-attack` for a budget out of its range, and for an attack that must see more.
  package init(
    _ kind: AttackKind, _ values: ParameterValues, goal: AttackGoal, sight: Sight, target: Target? = nil,
    form: SavedForm = .png, budget: Int, seed: Int = 0
  ) throws(SluiceError) {
    guard Self.budgets.contains(budget) else {
      throw SluiceError(
        .invalidAttack, "\(budget) queries; permitted: \(Self.budgets.lowerBound)…\(Self.budgets.upperBound)")
    }
    guard sight >= kind.leastSight else {
      throw SluiceError(
        .invalidAttack, "\(kind.name) needs to see \(kind.leastSight.rawValue), not only \(sight.rawValue)",
        remedy: "use hopskipjump, which needs no more than labels, or --sees \(kind.leastSight.rawValue)")
    }
    self.kind = kind
    self.values = values
    self.goal = goal
    self.sight = sight
    self.target = target
    self.form = form
    self.budget = budget
    self.seed = seed
  }

  /// For the record, and for telling whether an interrupted run was of the same plan.
  package var json: JSONValue {
    .object([
      "attack": .string(kind.name), "source": .string(kind.source),
      "parameters": .object(kind.texts(of: values).map { JSONValue.Member(name: $0.name, value: $0.value) }),
      "goal": .string(goal.rawValue), "sees": .string(sight.rawValue), "target": targetJSON,
      "savedAs": .string(form.description), "queries": .integer(budget), "seed": .integer(seed),
    ])
  }

  private var targetJSON: JSONValue? {
    switch target {
    case nil: nil
    case .number(let number): .integer(number)
    case .random: .string("random")
    }
  }
}
