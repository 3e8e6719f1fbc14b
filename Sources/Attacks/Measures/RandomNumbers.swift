/// Numbers that follow from a text: the same for the same text, on every machine (SplitMix64, Steele et al. 2014).
package struct RandomNumbers: Sendable {
  private var state: UInt64

  /// - Parameters:
  ///   - seed: FNV-1a of its bytes is where the numbers begin.
  package init(seed: String) {
    state = seed.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Evenly in [0, 1).
  mutating func fraction() -> Double { Double(next() >> 11) / 0x1p53 }

  mutating func number(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + fraction() * (range.upperBound - range.lowerBound)
  }

  /// Evenly in 0..<count.
  ///
  /// - Precondition: `count` is positive.
  package mutating func index(below count: Int) -> Int { min(count - 1, Int(fraction() * Double(count))) }

  /// −1 or 1.
  mutating func sign() -> Float { next() & 1 == 0 ? -1 : 1 }

  /// A signal of independent values of mean 0 and deviation 1.
  ///
  /// - Parameters:
  ///   - isGaussian: the sum of four 16-bit fractions, which is close to normal and takes one number; signs otherwise.
  /// - Complexity: O(count).
  mutating func direction(_ count: Int, isGaussian: Bool) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    if isGaussian {
      // Each fraction has a variance of 1/12, so four have 1/3.
      let scale = Float(3).squareRoot() / 65536
      for index in 0..<count {
        let bits = next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        values[index] = (Float(sum) - 131_070) * scale
      }
    } else {
      var (bits, left) = (UInt64(0), 0)
      for index in 0..<count {
        if left == 0 { (bits, left) = (next(), 64) }
        values[index] = bits & 1 == 0 ? -1 : 1
        bits >>= 1
        left -= 1
      }
    }
    return values
  }
}
