import Common

/// Asks a target for one attacked picture: counts every query, lets an attack see what it may, and keeps what succeeded.
package final class Oracle {
  /// A picture with which the attack reached its goal, within its limit.
  package struct Success: Sendable {
    package var picture: Picture
    package var answer: Answer
    package var distance: Double
    /// The query with which the attack first succeeded.
    package var queries: Int
  }

  package let original: Picture
  /// How far from the original a success may be.
  package let limit: DistanceLimit
  package private(set) var queries = 0
  package private(set) var success: Success?
  private let target: any Target
  private let objective: Objective
  private let budget: Int
  private let isInterrupted: @Sendable () -> Bool

  /// - Parameters:
  ///   - budget: the number of queries that is never exceeded.
  package init(
    _ target: any Target, original: Picture, objective: Objective, limit: DistanceLimit, budget: Int,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    self.target = target
    self.original = original
    self.objective = objective
    self.limit = limit
    self.budget = budget
    self.isInterrupted = isInterrupted
  }

  package var sight: Sight { objective.sight }
  package var remaining: Int { budget - queries }
  /// The part of the budget that is spent, 0…1.
  var spent: Double { Double(queries) / Double(max(1, budget)) }

  /// What is seen of some pictures, each of which is a query; fewer than were asked about where the budget ends.
  ///
  /// - Throws: `cancelled` after an interruption; what the target throws.
  package func ask(_ pictures: [Picture]) async throws(SluiceError) -> [Observation] {
    if isInterrupted() { throw SluiceError(.cancelled, "the attack was interrupted") }
    let asked = Array(pictures.prefix(remaining))
    guard !asked.isEmpty else { return [] }
    let answers = try await target.answers(to: asked)
    guard answers.count == asked.count else {
      throw SluiceError(.invalidAttack, "the target gave \(answers.count) answers to \(asked.count) pictures")
    }
    return zip(asked, answers).map { picture, answer in
      queries += 1
      note(picture, answer)
      return objective.observation(answer)
    }
  }

  /// What is seen of one picture; `nil` where the budget is spent.
  package func ask(_ picture: Picture) async throws(SluiceError) -> Observation? { try await ask([picture]).first }

  /// Asks about one picture after another, until one succeeds or the budget ends.
  ///
  /// - Parameters:
  ///   - picture: makes the picture of a number when its turn comes, so that one at a time is in memory.
  func askInTurn<Numbers: Sequence<Int>>(
    _ numbers: Numbers, _ picture: (Int) throws(SluiceError) -> Picture
  ) async throws(SluiceError) {
    for number in numbers {
      guard remaining > 0, success == nil else { return }
      _ = try await ask(picture(number))
    }
  }

  /// The nearest success is kept, the first of equals.
  private func note(_ picture: Picture, _ answer: Answer) {
    guard objective.isReached(answer) else { return }
    let distance = limit.distance(picture, original)
    guard limit.permits(distance), distance < success?.distance ?? .infinity else { return }
    success = Success(picture: picture, answer: answer, distance: distance, queries: success?.queries ?? queries)
  }
}
