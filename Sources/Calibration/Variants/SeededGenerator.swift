import Decision

/// Numbers that follow from a text: the same for the same text, on every machine (SplitMix64, Steele et al. 2014).
struct SeededGenerator {
  private var state: UInt64

  /// - Parameters:
  ///   - use: keeps the numbers for one use apart from those for others.
  init(seed: String, use: String) {
    // FNV-1a.
    state = (seed + use).utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Evenly in [0, 1).
  private mutating func fraction() -> Double { Double(next() >> 11) / 0x1p53 }

  mutating func number(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + fraction() * (range.upperBound - range.lowerBound)
  }

  /// Of mean 0 and deviation 1: the sum of twelve fractions less six, which reaches as far as six deviations.
  mutating func normalDeviate() -> Double { (0..<12).reduce(-6) { sum, _ in sum + fraction() } }
}
