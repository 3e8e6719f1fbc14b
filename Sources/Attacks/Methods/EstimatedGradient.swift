import Common

/// Projected descent along a gradient that is estimated from pairs of probes (Ilyas, Engstrom, Athalye, Lin 2018, with NES;
/// Uesato et al. 2018, with SPSA).
///
/// Probes may leave what is permitted, since only answers are wanted of them; steps never do. Files hold 8 bits a sample, so
/// probes are a few levels long: the papers' thousandth is below what a file can show.
package struct EstimatedGradient: Attack {
  package static let kind = AttackKind(
    .nes, "descent along an estimated gradient", source: "Ilyas et al. 2018; Uesato et al. 2018", leastSight: .scores,
    profitsFromScores: true, beginsAtOthers: false,
    parameters: [epsilonParameter, samplesParameter, sigmaParameter, stepParameter, momentumParameter, probesParameter]
  ) {
    EstimatedGradient(
      epsilon: $0.integer(epsilonParameter), samples: $0.integer(samplesParameter), sigma: $0.number(sigmaParameter),
      step: $0.number(stepParameter), momentum: $0.number(momentumParameter),
      deviates: $0.choice(probesParameter, as: Probes.self).deviates)
  }
  private static let epsilonParameter = Parameter.integer(
    "epsilon", 1...255, default: 8, "largest change of a sample, in 8-bit levels")
  private static let samplesParameter = Parameter.integer(
    "samples", 1...10_000, default: 20, "pairs of probes for each step")
  private static let sigmaParameter = Parameter.number(
    "sigma", 0.5...128, default: 4, "length of a probe, in 8-bit levels a sample")
  private static let stepParameter = Parameter.number(
    "step", 0.5...255, default: 2, "length of a step, in 8-bit levels")
  private static let momentumParameter = Parameter.number(
    "momentum", 0...0.99, default: 0.9, "part of the last direction that is kept")
  private static let probesParameter = Parameter.choice("probes", default: Probes.nes, "normal deviates, or signs")

  /// The method, which says what probes are made of.
  package enum Probes: String, Sendable, CaseIterable {
    case nes
    case spsa

    var deviates: RandomNumbers.Deviates {
      switch self {
      case .nes: .gaussian
      case .spsa: .signs
      }
    }
  }

  let epsilon: Int
  let samples: Int
  let sigma: Double
  let step: Double
  let momentum: Double
  let deviates: RandomNumbers.Deviates

  package init(
    epsilon: Int = 8, samples: Int = 20, sigma: Double = 4, step: Double = 2, momentum: Double = 0.9,
    deviates: RandomNumbers.Deviates = .gaussian
  ) {
    self.epsilon = epsilon
    self.samples = samples
    self.sigma = sigma
    self.step = step
    self.momentum = momentum
    self.deviates = deviates
  }

  package var limit: DistanceLimit { .linf(Double(epsilon)) }

  /// Pairs that are asked about at once, so that memory does not grow with them.
  private static let part = 16

  package func run(
    _ oracle: Oracle, starts: [Picture], random: inout RandomNumbers
  ) async throws(SluiceError) {
    var change = [Float](repeating: 0, count: oracle.original.samples.count)
    var direction = change
    while oracle.remaining > 0 {
      guard let gradient = try await gradient(oracle, change, &random), oracle.success == nil else { return }
      let length = Float(Projection.length(gradient))
      if length > 0 {
        for index in direction.indices {
          direction[index] = Float(momentum) * direction[index] + (1 - Float(momentum)) * gradient[index] / length
        }
      }
      for index in change.indices {
        let moved = change[index] - Float(step) * (direction[index] > 0 ? 1 : direction[index] < 0 ? -1 : 0)
        change[index] = max(-Float(epsilon), min(Float(epsilon), moved))
      }
      let picture = Projection.withinLinf(oracle.original, change, epsilon: Float(epsilon))
      guard try await oracle.ask(picture) != nil, oracle.success == nil else { return }
    }
  }

  /// `nil` where the budget ends before there is one.
  private func gradient(
    _ oracle: Oracle, _ change: [Float], _ random: inout RandomNumbers
  ) async throws(SluiceError) -> [Float]? {
    var gradient = [Float](repeating: 0, count: change.count)
    var left = samples
    while left > 0, oracle.success == nil {
      let probes = (0..<min(Self.part, left)).map { _ in random.direction(change.count, of: deviates) }
      left -= probes.count
      let seen = try await oracle.ask(
        probes.flatMap { [moved(oracle, change, $0, Float(sigma)), moved(oracle, change, $0, -Float(sigma))] })
      guard seen.count == 2 * probes.count else { return nil }
      for (number, probe) in probes.enumerated() {
        let slope = Float(seen[2 * number].loss - seen[2 * number + 1].loss)
        guard slope != 0 else { continue }
        for index in gradient.indices { gradient[index] += slope * probe[index] }
      }
    }
    return gradient
  }

  private func moved(_ oracle: Oracle, _ change: [Float], _ probe: [Float], _ length: Float) -> Picture {
    Projection.picture(
      oracle.original,
      change.indices.map { Float(oracle.original.samples[$0]) + change[$0] + length * probe[$0] })
  }
}
