// Sums over many rows at once. A compiler that cannot tell how the rows lie to each other would read and write the sums
// once a row, so lanes are explicit here: sums stay in registers until all rows have been added.

/// Adds to each of `count` sums from `start` on, for every row of weights, the weight at that row's position.
///
/// - Precondition: each position leaves room for `count` weights behind it.
func addWeights(
  _ weights: Span<UInt32>, at positions: [Int], count: Int, to sums: inout MutableSpan<UInt32>, from start: Int
) {
  precondition(start >= 0 && start + count <= sums.count)
  precondition(positions.allSatisfy { $0 >= 0 && $0 + count <= weights.count })
  let positions = positions.span
  var x = 0
  while x &+ 16 <= count {
    var (low, high) = (lanes(sums.span, at: start &+ x), lanes(sums.span, at: start &+ x &+ 8))
    for row in positions.indices {
      let position = unsafe positions[unchecked: row] &+ x
      low &+= lanes(weights, at: position)
      high &+= lanes(weights, at: position &+ 8)
    }
    store(low, to: &sums, at: start &+ x)
    store(high, to: &sums, at: start &+ x &+ 8)
    x &+= 16
  }
  while x < count {
    for row in positions.indices { sums[start + x] &+= weights[positions[row] + x] }
    x += 1
  }
}

/// Adds to each of `count` sums from `start` on, for every row of weights, the weight times the value at that row's
/// positions.
///
/// - Precondition: each position leaves room for `count` weights or values behind it.
func addWeighted(
  _ values: Span<UInt8>, at valuePositions: [Int], _ weights: Span<UInt32>, at weightPositions: [Int], count: Int,
  to sums: inout MutableSpan<UInt32>, from start: Int
) {
  precondition(start >= 0 && start + count <= sums.count && valuePositions.count == weightPositions.count)
  precondition(weightPositions.allSatisfy { $0 >= 0 && $0 + count <= weights.count })
  precondition(valuePositions.allSatisfy { $0 >= 0 && $0 + count <= values.count })
  let (valuePositions, weightPositions) = (valuePositions.span, weightPositions.span)
  var x = 0
  while x &+ 16 <= count {
    var (low, high) = (lanes(sums.span, at: start &+ x), lanes(sums.span, at: start &+ x &+ 8))
    for row in weightPositions.indices {
      let weight = unsafe weightPositions[unchecked: row] &+ x
      let value = unsafe valuePositions[unchecked: row] &+ x
      low &+= lanes(weights, at: weight) &* lanes(values, at: value)
      high &+= lanes(weights, at: weight &+ 8) &* lanes(values, at: value &+ 8)
    }
    store(low, to: &sums, at: start &+ x)
    store(high, to: &sums, at: start &+ x &+ 8)
    x &+= 16
  }
  while x < count {
    for row in weightPositions.indices {
      sums[start + x] &+= weights[weightPositions[row] + x] &* UInt32(values[valuePositions[row] + x])
    }
    x += 1
  }
}

// Callers' preconditions bound every position.

@inline(__always)
private func lanes(_ source: Span<UInt32>, at position: Int) -> SIMD8<UInt32> {
  unsafe source.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 4 &* position, as: SIMD8<UInt32>.self)
}

@inline(__always)
private func lanes(_ source: Span<UInt8>, at position: Int) -> SIMD8<UInt32> {
  SIMD8(
    truncatingIfNeeded: unsafe source.bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: position, as: SIMD8<UInt8>.self))
}

@inline(__always)
private func store(_ lanes: SIMD8<UInt32>, to target: inout MutableSpan<UInt32>, at position: Int) {
  for lane in 0..<8 { unsafe target[unchecked: position &+ lane] = lanes[lane] }
}
