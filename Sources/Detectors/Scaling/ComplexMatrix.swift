/// A matrix of complex numbers, row after row, real and imaginary parts apart.
package struct ComplexMatrix {
  package let rows: Int
  package let columns: Int
  package var real: [Float]
  package var imaginary: [Float]

  /// A matrix of zeros.
  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    real = [Float](repeating: 0, count: rows * columns)
    imaginary = real
  }

  /// The first `count` rows, as columns.
  ///
  /// - Complexity: O(count · columns).
  package func transposed(rows count: Int) -> ComplexMatrix {
    precondition(count <= rows)
    var result = ComplexMatrix(rows: columns, columns: count)
    // In squares that fit the cache: a column at a time would miss it on every sample.
    let side = 32
    for top in stride(from: 0, to: count, by: side) {
      for left in stride(from: 0, to: columns, by: side) {
        for y in top..<min(count, top + side) {
          for x in left..<min(columns, left + side) {
            result.real[x * count + y] = real[y * columns + x]
            result.imaginary[x * count + y] = imaginary[y * columns + x]
          }
        }
      }
    }
    return result
  }

  /// Adds `factor` times a row of `source` to a row, or sets the row to it.
  mutating func accumulate(
    _ source: borrowing ComplexMatrix, row: Int, times factor: (real: Float, imaginary: Float), into target: Int,
    isFirst: Bool
  ) {
    precondition(columns == source.columns)
    let from = row * columns..<(row + 1) * columns
    let (sourceReal, sourceImaginary) = (source.real.span.extracting(from), source.imaginary.span.extracting(from))
    let (a, b, start) = (factor.real, factor.imaginary, target * columns)
    combine(sourceReal, a, sourceImaginary, -b, isFirst, into: &real, at: start)
    combine(sourceImaginary, a, sourceReal, b, isFirst, into: &imaginary, at: start)
  }
}

/// a·p + b·q, added to the target or put in its place.
private func combine(
  _ p: Span<Float>, _ a: Float, _ q: Span<Float>, _ b: Float, _ isFirst: Bool, into matrix: inout [Float], at start: Int
) {
  var all = matrix.mutableSpan
  var target = all._mutatingExtracting(start..<start + p.count)
  let count = target.count
  precondition(p.count == count && q.count == count)
  if isFirst {
    for index in 0..<count { target[index] = a * p[index] + b * q[index] }
  } else {
    for index in 0..<count { target[index] += a * p[index] + b * q[index] }
  }
}
