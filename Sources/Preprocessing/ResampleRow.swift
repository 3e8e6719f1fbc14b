import Pixels

/// Resamples one row: each output sample is the weighted sum of `taps` neighbouring samples of its channel.
///
/// - Precondition: `source` holds a row and one byte more; `target` has room for every output position.
/// - Complexity: O(output positions · taps).
func resampleRow(
  _ source: Span<UInt8>, _ coefficients: ResampleCoefficients, _ channels: PixelChannels,
  into target: inout MutableSpan<UInt8>
) {
  // With a constant number of taps the compiler unrolls the inner loop; reducing by up to 2.5 with the triangle needs 6.
  switch coefficients.taps {
  case 2: resampleRow(source, coefficients, channels, taps: 2, into: &target)
  case 3: resampleRow(source, coefficients, channels, taps: 3, into: &target)
  case 4: resampleRow(source, coefficients, channels, taps: 4, into: &target)
  case 5: resampleRow(source, coefficients, channels, taps: 5, into: &target)
  case 6: resampleRow(source, coefficients, channels, taps: 6, into: &target)
  case let taps: resampleRow(source, coefficients, channels, taps: taps, into: &target)
  }
}

@inline(__always)
private func resampleRow(
  _ source: Span<UInt8>, _ coefficients: ResampleCoefficients, _ channels: PixelChannels, taps: Int,
  into target: inout MutableSpan<UInt8>
) {
  switch channels {
  case .gray: resampleGrayRow(source, coefficients, taps: taps, into: &target)
  case .rgb: resampleRGBRow(source, coefficients, taps: taps, into: &target)
  }
}

@inline(__always)
private func resampleGrayRow(
  _ source: Span<UInt8>, _ coefficients: ResampleCoefficients, taps: Int, into target: inout MutableSpan<UInt8>
) {
  let weights = coefficients.weights.span
  let starts = coefficients.starts.span
  precondition(coefficients.taps == taps && weights.count == starts.count * taps)
  precondition(coefficients.sourceLength < source.count && target.count == starts.count)
  for x in 0..<starts.count {
    var sum = ResampleCoefficients.half
    for tap in 0..<taps {
      // All weights of a position belong to samples of the source, as the coefficients promise.
      sum &+= unsafe Int32(source[unchecked: starts[unchecked: x] &+ tap]) &* weights[unchecked: x &* taps &+ tap]
    }
    unsafe target[unchecked: x] = ResampleCoefficients.sample(sum)
  }
}

/// Handles each pixel as four bytes, so that a tap weighs its three samples at once. The fourth byte is the next
/// pixel's first, read in vain, and written before that pixel is.
@inline(__always)
private func resampleRGBRow(
  _ source: Span<UInt8>, _ coefficients: ResampleCoefficients, taps: Int, into target: inout MutableSpan<UInt8>
) {
  let weights = coefficients.weights.span
  let starts = coefficients.starts.span
  let count = starts.count
  let pixels = unsafe source.bytes
  precondition(coefficients.taps == taps && weights.count == count * taps)
  precondition(3 * coefficients.sourceLength < source.count && target.count == 3 * count)
  for x in 0..<count - 1 {
    // All weights of a position belong to pixels of the source, as the coefficients promise.
    let pixel = unsafe resampledPixel(pixels, starts[unchecked: x], weights, x &* taps, taps: taps)
    var bytes = unsafe target.mutableBytes
    unsafe bytes.storeBytes(of: pixel, toUncheckedByteOffset: 3 &* x, as: SIMD4<UInt8>.self)
  }
  let last = resampledPixel(pixels, starts[count - 1], weights, (count - 1) * taps, taps: taps)
  for channel in 0..<3 { target[3 * (count - 1) + channel] = last[channel] }
}

/// The sum of `taps` pixels from `start` on, times the weights from `first` on.
///
/// - Precondition: there are as many, and a byte behind the last pixel.
@inline(__always)
private func resampledPixel(
  _ pixels: RawSpan, _ start: Int, _ weights: Span<Int32>, _ first: Int, taps: Int
) -> SIMD4<UInt8> {
  var sum = SIMD4<Int32>(repeating: ResampleCoefficients.half)
  for tap in 0..<taps {
    let pixel = unsafe pixels.unsafeLoadUnaligned(
      fromUncheckedByteOffset: 3 &* (start &+ tap), as: SIMD4<UInt8>.self)
    sum &+= unsafe SIMD4<Int32>(truncatingIfNeeded: pixel) &* weights[unchecked: first &+ tap]
  }
  return ResampleCoefficients.samples(sum)
}
