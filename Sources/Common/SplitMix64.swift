/// Numbers that follow from where they begin: the same on every machine (SplitMix64; Steele, Lea, Flood 2014).
package struct SplitMix64: Sendable {
  private var state: UInt64

  package init(state: UInt64) { self.state = state }

  /// - Parameters:
  ///   - seed: FNV-1a of its bytes is where the numbers begin.
  /// - Complexity: O(bytes).
  package init(seed: String) { state = FNV1a(seed).value }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Evenly in [0, 1).
  package mutating func fraction() -> Double { Double(next() >> 11) / 0x1p53 }

  package mutating func number(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + fraction() * (range.upperBound - range.lowerBound)
  }
}
