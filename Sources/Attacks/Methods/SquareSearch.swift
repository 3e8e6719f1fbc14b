import Common
import Pixels

/// The random search that both forms of the Square attack are (Andriushchenko et al. 2020, algorithm 1): a step in a window
/// that shrinks as the budget is spent, kept where it does not lead further from the goal.
struct SquareSearch {
  let oracle: Oracle
  /// The share of pixels that the first windows have.
  let share: Double

  /// - Parameters:
  ///   - first: where the search begins.
  ///   - picture: what is asked about a state of the search.
  ///   - step: another state, changed in a window with a side of so many pixels.
  /// - Throws: what asking throws.
  func run<State>(
    from first: State, picture: (State) -> Picture, step: (State, _ side: Int) -> State
  ) async throws(SluiceError) {
    let size = oracle.original.size
    let schedule = SquareSchedule(initial: share, side: min(size.width, size.height), area: size.area)
    var best = first
    guard var standing = try await oracle.ask(picture(best)) else { return }
    while oracle.success == nil {
      let candidate = step(best, schedule.side(spent: oracle.spent))
      guard let seen = try await oracle.ask(picture(candidate)) else { return }
      // Of equals the new one is kept: where only verdicts are seen, almost all are equal.
      if seen.loss < standing.loss || seen.loss == standing.loss && oracle.sight != .scores {
        (best, standing) = (candidate, seen)
      }
    }
  }
}
