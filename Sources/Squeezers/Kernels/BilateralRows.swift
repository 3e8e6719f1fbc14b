// Row kernels of the bilateral filter. Sums stay in explicit lanes until all pixels of a neighbourhood's row have been
// added, in their order, which the result in single precision depends on.

/// |a − b|.
func absoluteDifferences(_ a: Span<UInt8>, _ b: Span<UInt8>, into target: inout MutableSpan<UInt16>) {
  let count = target.count
  precondition(a.count == count && b.count == count)
  for index in 0..<count { target[index] = UInt16(max(a[index], b[index]) &- min(a[index], b[index])) }
}

/// Adds |a − b| for a further channel.
func addAbsoluteDifferences(_ a: Span<UInt8>, _ b: Span<UInt8>, to target: inout MutableSpan<UInt16>) {
  let count = target.count
  precondition(a.count == count && b.count == count)
  for index in 0..<count { target[index] &+= UInt16(max(a[index], b[index]) &- min(a[index], b[index])) }
}

/// The weight of each difference, from `start` on.
///
/// - Precondition: differences are indices of the table.
func lookUp(
  _ differences: Span<UInt16>, in table: Span<Float>, into weights: inout MutableSpan<Float>, at start: Int
) {
  let count = differences.count
  precondition(start >= 0 && start + count <= weights.count)
  for index in 0..<count {
    // Within the weights, as the precondition says, and within the table, as the function's says.
    unsafe weights[unchecked: start &+ index] = table[unchecked: Int(differences[index])]
  }
}

/// Adds to each of the first `count` sums, row by row, the row's factor times its weight.
func addWeights(_ weights: Span<Float>, factors: [Float], count: Int, to sums: inout MutableSpan<Float>) {
  precondition(factors.count * count <= weights.count && count <= sums.count)
  var x = 0
  while x &+ 8 <= count {
    var sum = lanes(sums.span, at: x)
    for row in factors.indices { sum += factors[row] * lanes(weights, at: row &* count &+ x) }
    store(sum, to: &sums, at: x)
    x &+= 8
  }
  while x < count {
    for row in factors.indices { sums[x] += factors[row] * weights[row * count + x] }
    x += 1
  }
}

/// Adds to each of `count` sums from `start` on, row by row, the row's factor times its weight times the value, which
/// lies one further to the right with every row.
func addWeighted(
  _ values: Span<UInt8>, from column: Int, _ weights: Span<Float>, factors: [Float], count: Int,
  to sums: inout MutableSpan<Float>, from start: Int
) {
  precondition(factors.count * count <= weights.count && start >= 0 && start + count <= sums.count)
  precondition(column >= 0 && column + factors.count - 1 + count <= values.count)
  var x = 0
  while x &+ 8 <= count {
    var sum = lanes(sums.span, at: start &+ x)
    for row in factors.indices {
      let weight = factors[row] * lanes(weights, at: row &* count &+ x)
      sum.addProduct(lanes(values, at: column &+ row &+ x), weight)
    }
    store(sum, to: &sums, at: start &+ x)
    x &+= 8
  }
  while x < count {
    for row in factors.indices {
      sums[start + x].addProduct(Float(values[column + row + x]), factors[row] * weights[row * count + x])
    }
    x += 1
  }
}

/// The sums of values over those of weights, rounded, halves to even.
func divide(_ values: Span<Float>, by weights: Span<Float>, into target: inout MutableSpan<UInt8>, at start: Int) {
  let count = values.count
  precondition(weights.count == count && start >= 0 && start + count <= target.count)
  for index in 0..<count {
    // Within the target, as the precondition says.
    unsafe target[unchecked: start &+ index] = (values[index] * (1 / weights[index])).nearestLevel
  }
}

// Callers' preconditions bound every position.

@inline(__always)
private func lanes(_ source: Span<Float>, at position: Int) -> SIMD8<Float> {
  unsafe source.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 4 &* position, as: SIMD8<Float>.self)
}

@inline(__always)
private func lanes(_ source: Span<UInt8>, at position: Int) -> SIMD8<Float> {
  SIMD8<Float>(
    SIMD8<Int32>(
      truncatingIfNeeded: unsafe source.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: position, as: SIMD8<UInt8>.self)))
}

@inline(__always)
private func store(_ lanes: SIMD8<Float>, to target: inout MutableSpan<Float>, at position: Int) {
  for lane in 0..<8 { unsafe target[unchecked: position &+ lane] = lanes[lane] }
}
