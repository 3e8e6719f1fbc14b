import Common

/// The singular value decomposition A = U √w Vᵀ of centred inputs, by the eigenvalues of whichever of AᵀA and AAᵀ is smaller.
struct Spectrum {
  /// Squares of the singular values, without those that are nothing but rounding.
  let squares: [Double]
  /// U: samples × rank, with orthonormal columns.
  let left: Matrix
  /// V: features × rank, with orthonormal columns.
  let right: Matrix

  /// Squaring the inputs leaves half of the digits.
  private static let smallestShare = 1e-10

  /// - Throws: `fit-failed`.
  /// - Complexity: O(samples · features · min(samples, features)).
  init(_ inputs: Matrix) throws(SluiceError) {
    let isPrimal = inputs.columns <= inputs.rows
    let gram = isPrimal ? inputs.times(inputs, transposed: true) : inputs.times(inputs, otherTransposed: true)
    let (values, vectors) = try gram.eigenvalues()
    let largest = values.last ?? 0
    let first = values.firstIndex { $0 > largest * Self.smallestShare && $0 > 0 } ?? values.count
    squares = Array(values[first...])
    let kept = vectors.columns(from: first)
    let inverses = squares.map { 1 / $0.squareRoot() }
    if isPrimal {
      right = kept
      left = inputs.times(kept).scaled(inverses)
    } else {
      left = kept
      right = inputs.times(kept, transposed: true).scaled(inverses)
    }
  }
}

extension Matrix {
  fileprivate func columns(from first: Int) -> Matrix {
    Matrix(rows: rows, columns: columns - first, values: (0..<rows).flatMap { row($0).dropFirst(first) })
  }
}
