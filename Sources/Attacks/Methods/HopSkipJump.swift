import Common
import Pixels

/// HopSkipJump (Chen, Jordan, Wainwright 2020): from a picture that already succeeds along the border of success towards the
/// original, with no more than yes or no to every question.
///
/// Files hold 8 bits a sample, so probes are at least a level long on the root mean square: the paper's own length is below
/// what a file can show.
package struct HopSkipJump: Attack {
  package static let kind = AttackKind(
    .hopSkipJump, "along the border of success, from yes and no alone", source: "Chen, Jordan, Wainwright 2020",
    leastSight: .labels, profitsFromScores: false, beginsAtOthers: true,
    parameters: [normParameter, epsilonParameter, levelsParameter, probesParameter]
  ) {
    HopSkipJump(
      norm: $0.choice(normParameter, as: Norm.self), epsilon: $0.number(epsilonParameter),
      levels: $0.integer(levelsParameter), probes: $0.integer(probesParameter))
  }
  private static let normParameter = Parameter.choice("norm", default: Norm.l2, "the distance to shorten")
  private static let epsilonParameter = Parameter.number(
    "epsilon", 0.01...1000, default: 10, "largest L2 length of a success, samples in units of [0, 1]")
  private static let levelsParameter = Parameter.integer(
    "levels", 1...255, default: 16, "largest change of a success with linf, in 8-bit levels")
  private static let probesParameter = Parameter.integer(
    "probes", 2...10_000, default: 100, "probes of the first estimate; the paper's B0")

  /// What the distance to the original is measured by.
  package enum Norm: String, Sendable, CaseIterable {
    case l2
    case linf
  }

  let norm: Norm
  let epsilon: Double
  let levels: Int
  let probes: Int

  package init(norm: Norm = .l2, epsilon: Double = 10, levels: Int = 16, probes: Int = 100) {
    self.norm = norm
    self.epsilon = epsilon
    self.levels = levels
    self.probes = probes
  }

  package var limit: DistanceLimit {
    switch norm {
    case .l2: .l2(epsilon)
    case .linf: .linf(Double(levels))
    }
  }

  /// Probes of one estimate are asked about in parts, so that memory does not grow with them.
  private static let part = 32
  private static let maxProbes = 10_000
  private static let noises = 50
  /// Halvings of the way to the border: 1/4096 of it is less than a level.
  private static let halvings = 12

  package func run(
    _ oracle: Oracle, starts: [Picture], random: inout RandomNumbers
  ) async throws(SluiceError) {
    guard let start = try await start(oracle, starts, &random) else { return }
    var standing = try await border(oracle, Projection.change(start, oracle.original))
    var round = 1
    while oracle.remaining > 0 {
      let length = Projection.length(standing)
      guard length > 0 else { return }
      let wanted = min(Self.maxProbes, Int(Double(probes) * Double(round).squareRoot()))
      guard let direction = try await direction(oracle, standing, wanted, &random),
        let beyond = try await step(oracle, standing, direction, round)
      else { return }
      standing = try await border(oracle, beyond)
      round += 1
    }
  }

  /// A picture that succeeds, at whatever distance: one of the others, or noise laid over the original.
  private func start(
    _ oracle: Oracle, _ starts: [Picture], _ random: inout RandomNumbers
  ) async throws(SluiceError) -> Picture? {
    for picture in starts where picture.size == oracle.original.size && picture.channels == oracle.original.channels {
      guard let seen = try await oracle.ask(picture) else { return nil }
      if seen.succeeded { return picture }
    }
    for number in 0..<Self.noises {
      let part = Double(number % 10 + 1) / 10
      let noise = oracle.original.with(
        oracle.original.samples.map { UInt8((Double($0) * (1 - part) + random.fraction() * 255 * part).rounded(.down)) }
      )
      guard let seen = try await oracle.ask(noise) else { return nil }
      if seen.succeeded { return noise }
    }
    return nil
  }

  /// The shortest change towards the original that still succeeds, in levels: between a change that does and none.
  private func border(_ oracle: Oracle, _ change: [Float]) async throws(SluiceError) -> [Float] {
    var (low, high) = (0.0, 1.0)
    if norm == .linf { high = distance(change) }
    var last = picture(oracle, shortened(change, to: high))
    for _ in 0..<Self.halvings {
      let middle = (low + high) / 2
      let candidate = picture(oracle, shortened(change, to: middle))
      // Where two changes are the same file, there is nothing left to halve.
      if candidate == last { break }
      guard let seen = try await oracle.ask(candidate) else { break }
      if seen.succeeded { (high, last) = (middle, candidate) } else { low = middle }
    }
    return Projection.change(last, oracle.original)
  }

  /// In L2 a part of the change, in L∞ the change cut off.
  private func shortened(_ change: [Float], to size: Double) -> [Float] {
    let size = Float(size)
    return switch norm {
    case .l2: change.map { $0 * size }
    case .linf: change.map { max(-size, min(size, $0)) }
    }
  }

  /// How far a change leads, by the norm.
  private func distance(_ change: [Float]) -> Double {
    switch norm {
    case .l2: Projection.length(change)
    case .linf: Double(change.reduce(0) { max($0, abs($1)) })
    }
  }

  private func picture(_ oracle: Oracle, _ change: [Float]) -> Picture {
    Projection.picture(oracle.original, change.indices.map { Float(oracle.original.samples[$0]) + change[$0] })
  }

  /// The direction across the border in which success lies, estimated from probes around it; `nil` without queries.
  private func direction(
    _ oracle: Oracle, _ standing: [Float], _ wanted: Int, _ random: inout RandomNumbers
  ) async throws(SluiceError) -> [Float]? {
    var (yes, no) = ([Float](repeating: 0, count: standing.count), [Float](repeating: 0, count: standing.count))
    var (successes, failures) = (0, 0)
    let amplitude = max(1.5, Float(Projection.length(standing) / Double(standing.count)))
    while successes + failures < wanted {
      let count = min(Self.part, wanted - successes - failures)
      let pictures = (0..<count).map { _ in
        let probe = random.direction(standing.count, of: norm == .l2 ? .gaussian : .signs)
        return picture(oracle, standing.indices.map { standing[$0] + amplitude * probe[$0] })
      }
      let seen = try await oracle.ask(pictures)
      guard !seen.isEmpty else { return nil }
      for (picture, observation) in zip(pictures, seen) {
        // What was cut off at black and white did not take part.
        let probe = Projection.change(picture, oracle.original)
        if observation.succeeded { successes += 1 } else { failures += 1 }
        for index in probe.indices {
          let moved = probe[index] - standing[index]
          if observation.succeeded { yes[index] += moved } else { no[index] += moved }
        }
      }
    }
    // With the mean of the answers taken away, the estimate has the least variance (the paper's equation 16).
    let (a, b) = (Float(1) / Float(max(1, successes)), Float(1) / Float(max(1, failures)))
    let estimate = yes.indices.map { yes[$0] * a - no[$0] * b }
    if norm == .linf { return estimate.map { $0 > 0 ? 1 : -1 } }
    let length = Float(Projection.length(estimate))
    return length > 0 ? estimate.map { $0 / length } : nil
  }

  /// A change beyond the border in this direction, as far as it succeeds; `nil` without queries, or where it never does.
  private func step(
    _ oracle: Oracle, _ standing: [Float], _ direction: [Float], _ round: Int
  ) async throws(SluiceError) -> [Float]? {
    var size = Float(distance(standing) / Double(round).squareRoot())
    for _ in 0..<Self.halvings {
      let candidate = picture(oracle, standing.indices.map { standing[$0] + size * direction[$0] })
      guard let seen = try await oracle.ask(candidate) else { return nil }
      if seen.succeeded { return Projection.change(candidate, oracle.original) }
      size /= 2
    }
    // The way along the border ends here for this estimate; the next one has more probes.
    return standing
  }
}
