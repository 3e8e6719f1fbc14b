/// Makes one output row of some rows: each output sample is the weighted sum of the samples above one another.
///
/// - Parameters:
///   - source: as many rows as there are weights, each as long as `target`.
/// - Complexity: O(samples of `source`).
func resampleColumns(_ source: Span<UInt8>, _ weights: Span<Int32>, into target: inout MutableSpan<UInt8>) {
  // With a constant number of taps the compiler unrolls the inner loop, as for rows.
  switch weights.count {
  case 2: resampleColumns(source, weights, taps: 2, into: &target)
  case 3: resampleColumns(source, weights, taps: 3, into: &target)
  case 4: resampleColumns(source, weights, taps: 4, into: &target)
  case 5: resampleColumns(source, weights, taps: 5, into: &target)
  case 6: resampleColumns(source, weights, taps: 6, into: &target)
  case let taps: resampleColumns(source, weights, taps: taps, into: &target)
  }
}

@inline(__always)
private func resampleColumns(
  _ source: Span<UInt8>, _ weights: Span<Int32>, taps: Int, into target: inout MutableSpan<UInt8>
) {
  let length = target.count
  precondition(weights.count == taps && source.count == taps * length)
  let atOnce = MemoryLayout<SIMD8<UInt32>>.size
  guard length >= atOnce else { return resampleFewColumns(source, weights, into: &target) }
  let rows = unsafe source.bytes
  var bytes = unsafe target.mutableBytes
  for start in stride(from: 0, to: length, by: atOnce) {
    // The last samples may overlap those before: they come out the same twice.
    let column = min(start, length &- atOnce)
    var sums = SampleSums()
    for tap in 0..<taps {
      let words = unsafe rows.unsafeLoadUnaligned(
        fromUncheckedByteOffset: tap &* length &+ column, as: SIMD8<UInt32>.self)
      unsafe sums.add(words, times: weights[unchecked: tap])
    }
    unsafe bytes.storeBytes(of: sums.samples, toUncheckedByteOffset: column, as: SIMD8<UInt32>.self)
  }
}

/// The same for rows that are shorter than a vector.
private func resampleFewColumns(
  _ source: Span<UInt8>, _ weights: Span<Int32>, into target: inout MutableSpan<UInt8>
) {
  let length = target.count
  for column in 0..<length {
    var sum = ResampleCoefficients.half
    for tap in 0..<weights.count { sum &+= Int32(source[tap * length + column]) &* weights[tap] }
    target[column] = ResampleCoefficients.sample(sum)
  }
}
