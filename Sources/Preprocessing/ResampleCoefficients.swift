/// For a run of output positions along one axis: which source samples each one reads, and with what weights.
///
/// Weights are normalised to a sum of one in double precision and rounded to 22-bit fixed point, as Pillow does
/// for 8-bit images; the result of a resize then depends on integers only.
///
/// Every position has the same number of weights, so that the loops over them need no branches; zeros fill up the
/// windows that are narrower.
struct ResampleCoefficients {
  /// Fractional bits of a weight: 32 bits less 8 of the sample and 2 of headroom for weights beyond one.
  static let precision: Int32 = 22
  static let half: Int32 = 1 << (precision - 1)

  /// Source samples in the widest window, and weights of each output position; at least 1.
  let taps: Int
  /// The source sample that each output position's first weight belongs to; its last one is inside the source, too.
  private(set) var starts: [Int] = []
  /// Weights, `taps` for each output position.
  private(set) var weights: [Int32]
  /// The source samples that any output position has a weight for, be it zero; they lie inside the source.
  let sourceRange: Range<Int>
  /// Whether every sum, whatever the samples, is a level when it is rounded: there is nothing to clip.
  let keepsRange: Bool

  /// Coefficients for the output positions in `outputs` alone.
  ///
  /// - Precondition: `outputs` lies within the axis, and is not empty.
  /// - Complexity: O(outputs · max(1, source / target) · support).
  init(_ axis: ResampleAxis, outputs: Range<Int>) {
    precondition(axis.source > 0 && axis.target > 0 && !outputs.isEmpty)
    precondition(outputs.lowerBound >= 0 && outputs.upperBound <= axis.target)
    let taps = outputs.reduce(1) { max($0, axis.window(of: $1).count) }
    self.taps = taps
    // Starts never fall from one position to the next.
    let (first, last) = (outputs.lowerBound, outputs.upperBound - 1)
    sourceRange = Self.start(axis, first, taps)..<Self.start(axis, last, taps) + taps
    starts.reserveCapacity(outputs.count)
    weights = [Int32](repeating: 0, count: outputs.count * taps)

    var window = [Double](repeating: 0, count: taps)
    for (position, output) in outputs.enumerated() {
      let range = axis.window(of: output)
      let center = axis.center(of: output)
      var total = 0.0
      for index in 0..<range.count {
        let distance = Double(index + range.lowerBound) - center + 0.5
        let weight = axis.filter.weight(at: distance * (1 / axis.filterScale))
        window[index] = weight
        total += weight
      }
      let start = Self.start(axis, output, taps)
      let first = position * taps + range.lowerBound - start
      for index in 0..<range.count {
        weights[first + index] = Self.fixedPoint(total == 0 ? window[index] : window[index] / total)
      }
      starts.append(start)
    }
    keepsRange = Self.keepsRange(weights, taps)
  }

  private static func keepsRange(_ weights: [Int32], _ taps: Int) -> Bool {
    var largest = 0
    for first in stride(from: 0, to: weights.count, by: taps) {
      var sum = Int(half)
      for index in first..<first + taps {
        guard weights[index] >= 0 else { return false }
        sum += 255 * Int(weights[index])
      }
      largest = max(largest, sum)
    }
    return largest >> precision <= 255
  }

  private static func start(_ axis: ResampleAxis, _ output: Int, _ taps: Int) -> Int {
    min(axis.window(of: output).lowerBound, axis.source - taps)
  }

  private static func fixedPoint(_ weight: Double) -> Int32 {
    let scaled = weight * Double(1 << precision)
    return Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
  }

  /// Rounds a fixed-point sum of weighted samples and clips it to 0…255.
  @inline(__always)
  static func sample(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: max(0, min(255, sum >> precision)))
  }

  /// The same for four sums at once. Comparisons of vectors go through their lanes one by one; sign bits do not.
  ///
  /// - Parameters:
  ///   - isLevel: whether they need no clipping.
  @inline(__always)
  static func samples(_ sums: SIMD4<Int32>, isLevel: Bool) -> SIMD4<UInt8> {
    let value = sums &>> precision
    if isLevel { return SIMD4<UInt8>(truncatingIfNeeded: value) }
    let notNegative = value & ~(value &>> 31)
    let clipped = notNegative | ((255 &- notNegative) &>> 31)
    return SIMD4<UInt8>(truncatingIfNeeded: clipped)
  }
}
