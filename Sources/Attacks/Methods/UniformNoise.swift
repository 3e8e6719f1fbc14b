import Common

/// A control: uniform noise, from a little to as much as is permitted, and again from the beginning. An attack that does no
/// better than this has found nothing.
package struct UniformNoise: Attack {
  package static let kind = AttackKind(
    .noise, "uniform noise, more and more of it", source: "a control", leastSight: .labels, profitsFromScores: false,
    beginsAtOthers: false,
    parameters: [epsilonParameter]
  ) { UniformNoise(epsilon: $0.integer(epsilonParameter)) }
  private static let epsilonParameter = Parameter.integer(
    "epsilon", 1...255, default: 64, "largest change of a sample, in 8-bit levels")

  let epsilon: Int

  package init(epsilon: Int = 64) { self.epsilon = epsilon }

  package var limit: DistanceLimit { .linf(Double(epsilon)) }

  private static let steps = 16

  package func run(
    _ oracle: Oracle, starts: [Picture], random: inout RandomNumbers
  ) async throws(SluiceError) {
    let original = oracle.original
    try await oracle.askInTurn(0...) { number in
      let reach = max(1, Double(epsilon * (number % Self.steps + 1)) / Double(Self.steps))
      let change = original.samples.map { _ in Float(random.number(in: -reach...reach)) }
      return Projection.withinLinf(original, change, epsilon: Float(epsilon))
    }
  }
}
