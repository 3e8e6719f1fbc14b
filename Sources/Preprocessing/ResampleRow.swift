/// Resamples one gray row: each output sample is the weighted sum of `taps` neighbouring samples.
///
/// - Precondition: `source` holds the samples that the coefficients read; `target` has room for every output position.
/// - Complexity: O(output positions · taps).
func resampleGrayRow(
  _ source: Span<UInt8>, _ coefficients: ResampleCoefficients, into target: inout MutableSpan<UInt8>
) {
  // With a constant number of taps the compiler unrolls the inner loop; reducing by up to 2.5 with the triangle needs 6.
  switch coefficients.taps {
  case 2: resampleGrayRow(source, coefficients, taps: 2, into: &target)
  case 3: resampleGrayRow(source, coefficients, taps: 3, into: &target)
  case 4: resampleGrayRow(source, coefficients, taps: 4, into: &target)
  case 5: resampleGrayRow(source, coefficients, taps: 5, into: &target)
  case 6: resampleGrayRow(source, coefficients, taps: 6, into: &target)
  case let taps: resampleGrayRow(source, coefficients, taps: taps, into: &target)
  }
}

@inline(__always)
private func resampleGrayRow(
  _ source: Span<UInt8>, _ coefficients: ResampleCoefficients, taps: Int, into target: inout MutableSpan<UInt8>
) {
  let weights = coefficients.weights.span
  let starts = coefficients.starts.span
  precondition(coefficients.taps == taps && weights.count == starts.count * taps)
  precondition(source.count == coefficients.sourceRange.count && target.count == starts.count)
  let left = coefficients.sourceRange.lowerBound
  for x in 0..<starts.count {
    var sum = ResampleCoefficients.half
    for tap in 0..<taps {
      // All weights of a position belong to samples of the source, as the coefficients promise.
      sum &+=
        unsafe Int32(source[unchecked: starts[unchecked: x] &- left &+ tap]) &* weights[unchecked: x &* taps &+ tap]
    }
    unsafe target[unchecked: x] = ResampleCoefficients.sample(sum)
  }
}
