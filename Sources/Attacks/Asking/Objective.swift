import Calibration

/// What an attacker sees of an answer.
package enum Sight: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Whether it has reached its goal: the class of what is forwarded, and nothing of what is not.
  case labels
  /// The class, and whether the picture was flagged.
  case verdicts
  /// Probabilities, and how suspicious the picture is.
  case scores

  package static func < (left: Sight, right: Sight) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .labels: 0
    case .verdicts: 1
    case .scores: 2
    }
  }
}

/// What an attack learns from one answer.
package struct Observation: Sendable, Hashable {
  /// Whether the picture has what the attack wants, however far it is from the original.
  package var succeeded: Bool
  /// Lower is nearer to the goal. Only with `scores` it has more than a few levels.
  package var loss: Double
}

/// An attack's goal for one picture, and what it may see on the way.
package struct Objective: Sendable {
  package let goal: AttackGoal
  package let sight: Sight
  package let trueClass: Int
  /// The class that is wanted; `nil` for any wrong one.
  package let target: Int?

  package init(goal: AttackGoal, sight: Sight, trueClass: Int, target: Int? = nil) {
    self.goal = goal
    self.sight = sight
    self.trueClass = trueClass
    self.target = target
  }

  /// Beyond any loss that an answer with probabilities gives.
  private static let refused = 1e3
  /// A flag costs this much by itself, so that of two like pictures the one that passes is nearer.
  private static let flag = 0.25

  package func isReached(_ answer: Answer) -> Bool { isFooled(answer) && !isStopped(answer) }

  /// - Complexity: O(classes).
  package func observation(_ answer: Answer) -> Observation {
    Observation(succeeded: isReached(answer), loss: loss(answer))
  }

  private func isFooled(_ answer: Answer) -> Bool {
    guard let seen = answer.topClass else { return false }
    return target.map { $0 == seen } ?? (seen != trueClass)
  }

  private func isStopped(_ answer: Answer) -> Bool { goal == .filter && answer.isHeldBack }

  private func loss(_ answer: Answer) -> Double {
    switch sight {
    case .labels: return isReached(answer) ? 0 : 1
    case .verdicts: return (isFooled(answer) ? 0 : 2) + (isStopped(answer) ? 1 : 0)
    case .scores: break
    }
    guard let margin = margin(answer) else { return Self.refused }
    guard goal == .filter else { return margin }
    return max(0, margin) + (answer.isHeldBack ? Self.flag + max(0, answer.suspicion) : 0)
  }

  /// By how much the wrong answer falls short, in log probability; `nil` without probabilities.
  private func margin(_ answer: Answer) -> Double? {
    let place = target ?? trueClass
    guard answer.logProbabilities.count > 1, answer.logProbabilities.indices.contains(place) else { return nil }
    var other = -Float.infinity
    for index in answer.logProbabilities.indices where index != place {
      other = max(other, answer.logProbabilities[index])
    }
    let difference = Double(answer.logProbabilities[place]) - Double(other)
    return target == nil ? difference : -difference
  }
}
