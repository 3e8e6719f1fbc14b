/// Weighted sums of 32 samples at once, which lie four in a word.
///
/// Bytes are taken out of the words and put back by shifts and masks, each of which is one instruction for eight words;
/// conversions between vectors of bytes and of integers are slower.
struct SampleSums {
  private var sums = (Self.half, Self.half, Self.half, Self.half)

  private static let half = SIMD8<UInt32>(repeating: UInt32(ResampleCoefficients.half))
  private static let byte = SIMD8<UInt32>(repeating: 255)

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ words: SIMD8<UInt32>, times weight: Int32) {
    // A negative weight counts modulo 2³², as the sums do.
    let weight = SIMD8<UInt32>(repeating: UInt32(bitPattern: weight))
    sums.0 &+= (words & Self.byte) &* weight
    sums.1 &+= (words &>> 8 & Self.byte) &* weight
    sums.2 &+= (words &>> 16 & Self.byte) &* weight
    sums.3 &+= (words &>> 24) &* weight
  }

  /// The sums, rounded and clipped to 0…255, in the places of their samples.
  @inline(__always)
  var samples: SIMD8<UInt32> {
    Self.sample(sums.0) | Self.sample(sums.1) &<< 8 | Self.sample(sums.2) &<< 16 | Self.sample(sums.3) &<< 24
  }

  /// Comparisons of vectors go through their lanes one by one; sign bits do not.
  @inline(__always)
  private static func sample(_ sums: SIMD8<UInt32>) -> SIMD8<UInt32> {
    let value = SIMD8<Int32>(truncatingIfNeeded: sums) &>> ResampleCoefficients.precision
    let notNegative = value & ~(value &>> 31)
    let clipped = notNegative | ((255 &- notNegative) &>> 31)
    return SIMD8<UInt32>(truncatingIfNeeded: clipped) & byte
  }
}
