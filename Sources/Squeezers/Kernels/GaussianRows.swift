// Row kernels of the Gaussian filter. Its weights are symmetric, so the two samples that share one are added first.
// Sums are in explicit lanes, which stay in registers over all weights.

/// The weighted sums of columns in single precision, widened again.
///
/// - Parameters:
///   - rows: 2n + 1 rows, as long as the target, for n + 1 weights.
///   - weights: from those of the outermost rows to that of the middle one.
func weighColumns(_ rows: Span<UInt8>, by weights: [Double], into target: inout MutableSpan<Double>) {
  let (count, reach) = (target.count, weights.count - 1)
  precondition(reach >= 0 && rows.count == (2 * reach + 1) * count)
  let weights = weights.span
  var x = 0
  while x &+ 8 <= count {
    // Positions lie within the rows, as the precondition says.
    var sum = lanes(rows, at: reach &* count &+ x) * weights[reach]
    for row in 0..<reach {
      let (upper, lower) = (row &* count &+ x, (2 &* reach &- row) &* count &+ x)
      sum += (lanes(rows, at: upper) + lanes(rows, at: lower)) * weights[row]
    }
    for lane in 0..<8 { unsafe target[unchecked: x &+ lane] = Double(Float(sum[lane])) }
    x &+= 8
  }
  while x < count {
    var sum = Double(rows[reach * count + x]) * weights[reach]
    for row in 0..<reach {
      sum += Double(Int32(rows[row * count + x]) + Int32(rows[(2 * reach - row) * count + x])) * weights[row]
    }
    target[x] = Double(Float(sum))
    x += 1
  }
}

/// The weighted sums of samples `step` apart, rounded to 8 bits.
///
/// - Parameters:
///   - source: longer than the target by n steps at either end, for n + 1 weights.
///   - weights: from those of the outermost samples to that of the middle one.
func weighRow(_ source: Span<Double>, step: Int, by weights: [Double], into target: inout MutableSpan<UInt8>) {
  let (count, reach) = (target.count, weights.count - 1)
  precondition(reach >= 0 && source.count == count + 2 * reach * step)
  let weights = weights.span
  var x = 0
  while x &+ 8 <= count {
    // Positions lie within the source, as the precondition says.
    var sum = lanes(source, at: reach &* step &+ x) * weights[reach]
    for term in 0..<reach {
      let (before, after) = (term &* step &+ x, (2 &* reach &- term) &* step &+ x)
      sum += (lanes(source, at: before) + lanes(source, at: after)) * weights[term]
    }
    for lane in 0..<8 { unsafe target[unchecked: x &+ lane] = Float(sum[lane]).nearestLevel }
    x &+= 8
  }
  while x < count {
    var sum = source[reach * step + x] * weights[reach]
    for term in 0..<reach {
      sum += (source[term * step + x] + source[(2 * reach - term) * step + x]) * weights[term]
    }
    target[x] = Float(sum).nearestLevel
    x += 1
  }
}

@inline(__always)
private func lanes(_ source: Span<UInt8>, at position: Int) -> SIMD8<Double> {
  SIMD8<Double>(
    SIMD8<Int32>(
      truncatingIfNeeded: unsafe source.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: position, as: SIMD8<UInt8>.self)))
}

@inline(__always)
private func lanes(_ source: Span<Double>, at position: Int) -> SIMD8<Double> {
  unsafe source.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 8 &* position, as: SIMD8<Double>.self)
}
