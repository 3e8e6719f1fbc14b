// Row kernels of non-local means. Sums of squared differences are unsigned numbers of 16 or 32 bits and saturate: what
// no longer fits is so far away that its weight is zero. The preconditions on counts let the loops become vector
// instructions.

/// (a − b)² of one channel.
func squareDifferences<Sum: FixedWidthInteger & UnsignedInteger>(
  _ a: Span<UInt8>, _ b: Span<UInt8>, into target: inout MutableSpan<Sum>, at start: Int
) {
  let count = a.count
  precondition(b.count == count && start >= 0 && start + count <= target.count)
  for index in 0..<count {
    // Within the target, as the precondition says.
    unsafe target[unchecked: start &+ index] = squaredDifference(a[index], b[index])
  }
}

/// (a − b)² + (c − d)² of two channels.
func squareDifferences<Sum: FixedWidthInteger & UnsignedInteger>(
  _ a: Span<UInt8>, _ b: Span<UInt8>, and c: Span<UInt8>, _ d: Span<UInt8>, into target: inout MutableSpan<Sum>,
  at start: Int
) {
  let count = a.count
  precondition(b.count == count && c.count == count && d.count == count)
  precondition(start >= 0 && start + count <= target.count)
  for index in 0..<count {
    let (first, second): (Sum, Sum) = (squaredDifference(a[index], b[index]), squaredDifference(c[index], d[index]))
    // Within the target, as the precondition says.
    unsafe target[unchecked: start &+ index] = saturatingSum(first, second)
  }
}

/// a + b + c.
func sumOfThree<Sum: FixedWidthInteger & UnsignedInteger>(
  _ a: Span<Sum>, _ b: Span<Sum>, _ c: Span<Sum>, into target: inout MutableSpan<Sum>
) {
  let count = a.count
  precondition(b.count == count && c.count == count && target.count == count)
  for index in 0..<count { target[index] = saturatingSum(saturatingSum(a[index], b[index]), c[index]) }
}

/// Adds a + b.
func addTwo<Sum: FixedWidthInteger & UnsignedInteger>(
  _ a: Span<Sum>, _ b: Span<Sum>, to target: inout MutableSpan<Sum>
) {
  let count = a.count
  precondition(b.count == count && target.count == count)
  for index in 0..<count { target[index] = saturatingSum(saturatingSum(a[index], b[index]), target[index]) }
}

/// The saturating sums of `terms` values each, `spacing` apart.
///
/// - Precondition: `terms` is odd.
func sum<Sum: FixedWidthInteger & UnsignedInteger>(
  _ terms: Int, of source: Span<Sum>, spacing: Int, into target: inout MutableSpan<Sum>
) {
  let count = target.count
  func term(_ index: Int) -> Range<Int> { index * spacing..<index * spacing + count }
  if terms == 1 {
    for index in 0..<count { target[index] = source[index] }
    return
  }
  sumOfThree(
    source.extracting(term(0)), source.extracting(term(1)), source.extracting(term(2)), into: &target)
  for index in stride(from: 3, to: terms, by: 2) {
    addTwo(source.extracting(term(index)), source.extracting(term(index + 1)), to: &target)
  }
}

/// Distances in units of 2^`shift`, at most `last`.
func scaleDistances<Sum: FixedWidthInteger & UnsignedInteger>(
  _ distances: inout MutableSpan<Sum>, shift: Int, last: Int
) {
  let (shift, last) = (Sum(truncatingIfNeeded: shift), Sum(clamping: last))
  for index in 0..<distances.count { distances[index] = min(distances[index] &>> shift, last) }
}

/// The weight of each distance, from `start` on.
///
/// - Precondition: distances are at most the table's last index.
func lookUp<Sum: FixedWidthInteger & UnsignedInteger>(
  _ distances: Span<Sum>, in table: Span<UInt32>, into weights: inout MutableSpan<UInt32>, at start: Int
) {
  let count = distances.count
  precondition(start >= 0 && start + count <= weights.count)
  for index in 0..<count {
    // Within the weights, as the precondition says, and within the table, as the function's says.
    unsafe weights[unchecked: start &+ index] = table[unchecked: Int(truncatingIfNeeded: distances[index])]
  }
}

/// The weighted mean of each sample, halves rounded up.
func divide(_ values: Span<UInt32>, by weights: Span<UInt32>, into target: inout MutableSpan<UInt8>, at start: Int) {
  let count = values.count
  precondition(weights.count == count && start >= 0 && start + count <= target.count)
  for index in 0..<count {
    // In double precision, which is exact here and, other than integer division, a vector instruction. The sums stay
    // below 2³¹, but would not with half a weight added.
    let (value, weight) = (Int32(truncatingIfNeeded: values[index]), Int32(truncatingIfNeeded: weights[index]))
    let quotient = (Double(value) + Double(weight) * 0.5) / Double(weight)
    // Within the target, as the precondition says.
    unsafe target[unchecked: start &+ index] = UInt8(truncatingIfNeeded: Int32(quotient))
  }
}

@inline(__always)
private func squaredDifference<Sum: FixedWidthInteger & UnsignedInteger>(_ a: UInt8, _ b: UInt8) -> Sum {
  let difference = Sum(truncatingIfNeeded: max(a, b) &- min(a, b))
  return difference &* difference
}

@inline(__always)
private func saturatingSum<Sum: FixedWidthInteger & UnsignedInteger>(_ a: Sum, _ b: Sum) -> Sum {
  min(a, ~b) &+ b
}
