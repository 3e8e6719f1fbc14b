import Common

/// A control: less and less contrast, until the picture is gray.
package struct ContrastLoss: Attack {
  package static let kind = AttackKind(
    .contrast, "less and less contrast", source: "a control", leastSight: .labels, profitsFromScores: false,
    beginsAtOthers: false, parameters: [stepsParameter]
  ) { ContrastLoss(steps: $0.integer(stepsParameter)) }
  private static let stepsParameter = Parameter.integer("steps", 1...1000, default: 50, "steps from all of it to none")

  let steps: Int

  package init(steps: Int = 50) { self.steps = steps }

  package var limit: DistanceLimit { .none }

  package func run(
    _ oracle: Oracle, starts: [Picture], random: inout RandomNumbers
  ) async throws(SluiceError) {
    let original = oracle.original
    try await oracle.askInTurn(1...steps) { step in
      let kept = 1 - Double(step) / Double(steps)
      return original.with(original.samples.map { UInt8((127.5 + (Double($0) - 127.5) * kept).rounded()) })
    }
  }
}
