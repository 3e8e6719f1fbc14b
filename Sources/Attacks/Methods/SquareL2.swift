import Common
import Pixels

/// The Square attack in L2 (Andriushchenko, Croce, Flammarion, Hein 2020): bumps of one sign beside bumps of the other, moved
/// from one window to another, with the whole permitted length spent at every step.
package struct SquareL2: Attack {
  package static let kind = AttackKind(
    .squareL2, "bumps that move from window to window", source: "Andriushchenko et al. 2020", leastSight: .labels,
    profitsFromScores: true, beginsAtOthers: false,
    parameters: [epsilonParameter, shareParameter]
  ) { SquareL2(epsilon: $0.number(epsilonParameter), share: $0.number(shareParameter)) }
  private static let epsilonParameter = Parameter.number(
    "epsilon", 0.01...1000, default: 5, "largest L2 length of the change, samples in units of [0, 1]")
  private static let shareParameter = SquareSchedule.parameter(default: 0.1)

  let epsilon: Double
  let share: Double

  package init(epsilon: Double, share: Double = 0.1) {
    self.epsilon = epsilon
    self.share = share
  }

  package var limit: DistanceLimit { .l2(epsilon) }

  package func run(
    _ oracle: Oracle, starts: [Picture], random: inout RandomNumbers
  ) async throws(SluiceError) {
    let original = oracle.original
    var first = WindowedChange(original, length: epsilon * 255)
    first.tile(&random)
    try await SquareSearch(oracle: oracle, share: share).run(from: first, picture: { picture(original, $0) }) {
      change, side in
      var moved = change
      moved.clip(to: original)
      moved.move(side: side, &random)
      return moved
    }
  }

  private func picture(_ original: Picture, _ change: WindowedChange) -> Picture {
    Projection.withinL2(original, change.values, epsilon: epsilon)
  }
}
