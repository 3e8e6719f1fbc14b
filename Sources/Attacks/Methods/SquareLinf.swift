import Common
import Pixels

/// The Square attack in L∞ (Andriushchenko, Croce, Flammarion, Hein 2020): random search with squares whose samples all lie
/// on the border of what is permitted. Square after square is kept that does not take it further from its goal.
package struct SquareLinf: Attack {
  package static let kind = AttackKind(
    .square, "random squares of the largest permitted change", source: "Andriushchenko et al. 2020",
    leastSight: .labels, profitsFromScores: true, beginsAtOthers: false,
    parameters: [epsilonParameter, shareParameter, channelsParameter]
  ) {
    SquareLinf(
      epsilon: $0.integer(epsilonParameter), share: $0.number(shareParameter),
      channels: $0.choice(channelsParameter, as: Channels.self))
  }
  private static let epsilonParameter = Parameter.integer(
    "epsilon", 1...255, default: 8, "largest change of a sample, in 8-bit levels")
  private static let shareParameter = SquareSchedule.parameter(default: 0.05)
  private static let channelsParameter = Parameter.choice(
    "channels", default: Channels.apart,
    "whether red, green and blue are moved apart, as in the paper, or together, which leaves no noise in colours")

  /// Which samples of a pixel have a sign in common.
  package enum Channels: String, Sendable, CaseIterable {
    case apart
    case together
  }

  let epsilon: Int
  let share: Double
  let channels: Channels

  package init(epsilon: Int, share: Double = 0.05, channels: Channels = .apart) {
    self.epsilon = epsilon
    self.share = share
    self.channels = channels
  }

  package var limit: DistanceLimit { .linf(Double(epsilon)) }

  package func run(
    _ oracle: Oracle, starts: [Picture], random: inout RandomNumbers
  ) async throws(SluiceError) {
    let original = oracle.original
    let first = striped(original, &random)
    try await SquareSearch(oracle: oracle, share: share).run(from: first, picture: { $0 }) { best, side in
      square(on: best, original, side: side, &random)
    }
  }

  /// Vertical stripes one pixel wide, each channel up or down: where the paper begins.
  private func striped(_ original: Picture, _ random: inout RandomNumbers) -> Picture {
    let row = original.size.width * original.channels.rawValue
    let signs = (0..<original.size.width).flatMap { _ in pixelSigns(original.channels.rawValue, &random) }
    return original.with(original.samples.indices.map { moved(original.samples[$0], signs[$0 % row]) })
  }

  private func pixelSigns(_ count: Int, _ random: inout RandomNumbers) -> [Float] {
    switch channels {
    case .apart: (0..<count).map { _ in random.sign() }
    case .together: Array(repeating: random.sign(), count: count)
    }
  }

  /// A square somewhere, each of its channels up or down; drawn again while it changes nothing.
  private func square(
    on best: Picture, _ original: Picture, side: Int, _ random: inout RandomNumbers
  ) -> Picture {
    let depth = original.channels.rawValue
    let row = original.size.width * depth
    var result = best
    for _ in 0..<Self.draws {
      let left = random.index(below: original.size.width - side + 1)
      let top = random.index(below: original.size.height - side + 1)
      let signs = pixelSigns(depth, &random)
      for y in top..<top + side {
        for index in y * row + left * depth..<y * row + (left + side) * depth {
          result.samples[index] = moved(original.samples[index], signs[index % depth])
        }
      }
      if result != best { break }
    }
    return result
  }

  private static let draws = 32

  private func moved(_ sample: UInt8, _ sign: Float) -> UInt8 {
    UInt8(max(0, min(255, Int(sample) + Int(sign) * epsilon)))
  }
}
