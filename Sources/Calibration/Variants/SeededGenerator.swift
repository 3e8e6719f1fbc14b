import Common

/// Random choices that follow from a text.
struct SeededGenerator {
  private var numbers: SplitMix64

  /// - Parameters:
  ///   - use: keeps the numbers for one use apart from those for others.
  init(seed: String, use: String) { numbers = SplitMix64(seed: seed + use) }

  mutating func number(in range: ClosedRange<Double>) -> Double { numbers.number(in: range) }

  /// Of mean 0 and deviation 1: the sum of twelve fractions less six, which reaches as far as six deviations.
  mutating func normalDeviate() -> Double { (0..<12).reduce(-6) { sum, _ in sum + numbers.fraction() } }
}
