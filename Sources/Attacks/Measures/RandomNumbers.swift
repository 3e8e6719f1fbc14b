import Common

/// All chance of an attack: it follows from a text.
package struct RandomNumbers: Sendable {
  private var numbers: SplitMix64

  package init(seed: String) { numbers = SplitMix64(seed: seed) }

  /// What single values of a signal are drawn as, of mean 0 and deviation 1.
  package enum Deviates: Sendable {
    /// The sum of four 16-bit fractions, which is close to normal and takes one number.
    case gaussian
    /// −1 or 1.
    case signs
  }

  /// Evenly in [0, 1).
  mutating func fraction() -> Double { numbers.fraction() }

  mutating func number(in range: ClosedRange<Double>) -> Double { numbers.number(in: range) }

  /// Evenly in 0..<count.
  ///
  /// - Precondition: `count` is positive.
  package mutating func index(below count: Int) -> Int { min(count - 1, Int(fraction() * Double(count))) }

  /// −1 or 1.
  mutating func sign() -> Float { numbers.next() & 1 == 0 ? -1 : 1 }

  /// A signal of independent values of mean 0 and deviation 1.
  ///
  /// - Complexity: O(count).
  mutating func direction(_ count: Int, of deviates: Deviates) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    switch deviates {
    case .gaussian:
      // Each fraction has a variance of 1/12, so four have 1/3.
      let scale = Float(3).squareRoot() / 65536
      for index in 0..<count {
        let bits = numbers.next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        values[index] = (Float(sum) - 131_070) * scale
      }
    case .signs:
      var (bits, left) = (UInt64(0), 0)
      for index in 0..<count {
        if left == 0 { (bits, left) = (numbers.next(), 64) }
        values[index] = bits & 1 == 0 ? -1 : 1
        bits >>= 1
        left -= 1
      }
    }
    return values
  }
}
