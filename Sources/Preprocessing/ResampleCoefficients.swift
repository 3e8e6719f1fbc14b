/// For a run of output positions along one axis: which source samples each one reads, and with what weights.
///
/// Weights are normalised to a sum of one in double precision and rounded to 22-bit fixed point, as Pillow does
/// for 8-bit images; the result of a resize then depends on integers only.
struct ResampleCoefficients {
  /// Fractional bits of a weight: 32 bits less 8 of the sample and 2 of headroom for weights beyond one.
  static let precision: Int32 = 22
  static let half: Int32 = 1 << (precision - 1)

  /// First source sample of each output position.
  private(set) var starts: [Int] = []
  /// Number of weights of each output position; at least 1.
  private(set) var counts: [Int] = []
  /// Weights, `stride` apart.
  private(set) var weights: [Int32] = []
  let stride: Int

  /// Source samples that any output position reads.
  private(set) var sourceRange = 0..<0

  /// Coefficients that resample `source` samples to `target`, for the output positions in `outputs` alone.
  ///
  /// - Precondition: `outputs` lies within `0..<target`, and is not empty.
  /// - Complexity: O(outputs · max(1, source / target) · support).
  init(source: Int, target: Int, outputs: Range<Int>, filter: ResampleFilter) {
    precondition(source > 0 && target > 0 && !outputs.isEmpty)
    precondition(outputs.lowerBound >= 0 && outputs.upperBound <= target)
    let scale = Double(source) / Double(target)
    // Enlarging interpolates between neighbours; only reducing widens the kernel.
    let filterScale = max(scale, 1)
    let support = filter.support * filterScale
    stride = Int(support.rounded(.up)) * 2 + 1
    starts.reserveCapacity(outputs.count)
    counts.reserveCapacity(outputs.count)
    weights = [Int32](repeating: 0, count: outputs.count * stride)

    var window = [Double](repeating: 0, count: stride)
    for (position, output) in outputs.enumerated() {
      let center = (Double(output) + 0.5) * scale
      let start = max(0, Int(center - support + 0.5))
      let end = min(source, Int(center + support + 0.5))
      var total = 0.0
      for index in 0..<end - start {
        let weight = filter.weight(at: (Double(index + start) - center + 0.5) * (1 / filterScale))
        window[index] = weight
        total += weight
      }
      for index in 0..<end - start {
        weights[position * stride + index] = Self.fixedPoint(total == 0 ? window[index] : window[index] / total)
      }
      starts.append(start)
      counts.append(end - start)
      sourceRange = min(starts[0], start)..<max(sourceRange.upperBound, end)
    }
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
}
