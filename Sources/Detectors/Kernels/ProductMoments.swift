import Pixels

/// Averages of numbers of either sign.
struct SignedMoments: Sendable {
  /// Mean |x|.
  var magnitude = 0.0
  /// Mean x².
  var square = 0.0
  /// Mean x² over the negative x, 0 where there is none.
  var leftSquare = 0.0
  /// Mean x² over the positive x, 0 where there is none.
  var rightSquare = 0.0
}

extension RealPlane {
  /// The moments of the products of samples with their neighbour in a direction, or, without one, of the samples.
  ///
  /// - Precondition: the shift is −1…1 to the right and 0…1 down.
  /// - Complexity: O(pixels).
  func momentsOfProducts(shiftedBy shift: (x: Int, y: Int)?) -> SignedMoments {
    let (shiftX, shiftY) = (shift?.x ?? 0, shift?.y ?? 0)
    let (width, height) = (size.width - abs(shiftX), size.height - shiftY)
    guard width > 0, height > 0 else { return SignedMoments() }
    var sums = ColumnSums(width: width)
    var products = [Float](repeating: 1, count: width)
    for y in 0..<height {
      let start = row(y).lowerBound + max(0, -shiftX)
      let neighbour = row(y + shiftY).lowerBound + max(0, shiftX)
      let one = samples.span.extracting(start..<start + width)
      var target = products.mutableSpan
      if shift == nil {
        copy(one, into: &target)
      } else {
        multiply(one, samples.span.extracting(neighbour..<neighbour + width), into: &target)
      }
      sums.add(products.span)
    }
    return sums.moments(count: width * height)
  }
}

/// Sums that are kept for each column, so that adding needs no reordering of floating-point numbers.
private struct ColumnSums {
  private var magnitudes: [Float]
  private var leftSquares: [Float]
  private var rightSquares: [Float]
  private var leftCounts: [Int32]
  private var rightCounts: [Int32]

  init(width: Int) {
    magnitudes = [Float](repeating: 0, count: width)
    (leftSquares, rightSquares) = (magnitudes, magnitudes)
    leftCounts = [Int32](repeating: 0, count: width)
    rightCounts = leftCounts
  }

  mutating func add(_ values: Span<Float>) {
    var magnitude = magnitudes.mutableSpan
    addMagnitudes(values, to: &magnitude)
    Self.add(values, sign: -1, squares: &leftSquares, counts: &leftCounts)
    Self.add(values, sign: 1, squares: &rightSquares, counts: &rightCounts)
  }

  /// Adds the values of one sign.
  private static func add(_ values: Span<Float>, sign: Float, squares: inout [Float], counts: inout [Int32]) {
    var square = squares.mutableSpan
    addSquares(values, sign: sign, to: &square)
    var count = counts.mutableSpan
    addCounts(values, sign: sign, to: &count)
  }

  func moments(count: Int) -> SignedMoments {
    let (left, right) = (Self.total(leftSquares), Self.total(rightSquares))
    return SignedMoments(
      magnitude: Self.total(magnitudes) / Double(count), square: (left + right) / Double(count),
      leftSquare: left / max(1, leftCounts.reduce(0.0) { $0 + Double($1) }),
      rightSquare: right / max(1, rightCounts.reduce(0.0) { $0 + Double($1) }))
  }

  private static func total(_ sums: [Float]) -> Double { sums.reduce(0.0) { $0 + Double($1) } }
}

private func addMagnitudes(_ values: Span<Float>, to sums: inout MutableSpan<Float>) {
  let count = sums.count
  precondition(values.count == count)
  for x in 0..<count { sums[x] += abs(values[x]) }
}

/// Adds the squares of the values of that sign.
private func addSquares(_ values: Span<Float>, sign: Float, to sums: inout MutableSpan<Float>) {
  let count = sums.count
  precondition(values.count == count)
  for x in 0..<count {
    let value = values[x] * sign
    let positive = value > 0 ? value : 0
    sums[x] += positive * positive
  }
}

/// Counts the values of that sign.
private func addCounts(_ values: Span<Float>, sign: Float, to counts: inout MutableSpan<Int32>) {
  let count = counts.count
  precondition(values.count == count)
  for x in 0..<count { counts[x] &+= values[x] * sign > 0 ? 1 : 0 }
}

private func copy(_ source: Span<Float>, into target: inout MutableSpan<Float>) {
  let count = target.count
  precondition(source.count == count)
  for x in 0..<count { target[x] = source[x] }
}

private func multiply(_ a: Span<Float>, _ b: Span<Float>, into target: inout MutableSpan<Float>) {
  let count = target.count
  precondition(a.count == count && b.count == count)
  for x in 0..<count { target[x] = a[x] * b[x] }
}
