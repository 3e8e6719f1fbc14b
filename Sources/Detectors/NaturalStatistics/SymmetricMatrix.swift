/// A symmetric matrix, of which the lower triangle is kept, row after row.
struct SymmetricMatrix: Sendable, Hashable {
  let order: Int
  var lower: [Double]

  static func count(ofOrder order: Int) -> Int { order * (order + 1) / 2 }
  static func index(_ row: Int, _ column: Int) -> Int { row * (row + 1) / 2 + column }

  /// - Precondition: `lower` has as many numbers as the triangle.
  init(order: Int, lower: [Double]) {
    precondition(lower.count == Self.count(ofOrder: order))
    self.order = order
    self.lower = lower
  }

  var trace: Double { (0..<order).reduce(0) { $0 + lower[Self.index($1, $1)] } }

  /// The sum of the squares of all its elements.
  var squaredNorm: Double {
    let triangle = lower.reduce(0) { $0 + $1 * $1 }
    return 2 * triangle - (0..<order).reduce(0) { $0 + lower[Self.index($1, $1)] * lower[Self.index($1, $1)] }
  }

  /// The covariance of vectors whose mean is zero, drawn towards a multiple of the unit matrix by as much as is best in
  /// expectation for the number of vectors (Ledoit and Wolf, J. Multivariate Analysis 2004).
  ///
  /// - Complexity: O(vectors · order²).
  init(shrunkCovarianceOf vectors: [[Double]]) {
    let (count, order) = (Double(vectors.count), vectors[0].count)
    self.init(order: order, lower: [Double](repeating: 0, count: Self.count(ofOrder: order)))
    var fourthPowers = 0.0
    for vector in vectors {
      let square = vector.reduce(0) { $0 + $1 * $1 }
      fourthPowers += square * square
      for row in 0..<order {
        for column in 0...row { lower[Self.index(row, column)] += vector[row] * vector[column] / count }
      }
    }
    let diagonal = trace / Double(order)
    let spread = squaredNorm - diagonal * diagonal * Double(order)
    let error = max(0, fourthPowers - count * squaredNorm) / (count * count)
    let shrinkage = spread > 0 ? min(1, error / spread) : 1
    for row in 0..<order {
      for column in 0...row {
        lower[Self.index(row, column)] *= 1 - shrinkage
        if row == column { lower[Self.index(row, column)] += shrinkage * diagonal }
      }
    }
  }

  /// The lower triangle L with L Lᵀ equal to this; `nil` unless the matrix is positive definite.
  ///
  /// - Complexity: O(order³).
  var choleskyFactor: SymmetricMatrix? {
    var factor = self
    for row in 0..<order {
      for column in 0...row {
        var sum = lower[Self.index(row, column)]
        for k in 0..<column { sum -= factor.lower[Self.index(row, k)] * factor.lower[Self.index(column, k)] }
        if row == column {
          guard sum > 0, sum.isFinite else { return nil }
          factor.lower[Self.index(row, row)] = sum.squareRoot()
        } else {
          factor.lower[Self.index(row, column)] = sum / factor.lower[Self.index(column, column)]
        }
      }
    }
    return factor
  }

  /// ‖L⁻¹ v‖² for this as the triangle L: vᵀ (L Lᵀ)⁻¹ v.
  ///
  /// - Complexity: O(order²).
  func squaredDistance(_ vector: [Double]) -> Double {
    precondition(vector.count == order)
    var solution = vector
    for row in 0..<order {
      for column in 0..<row { solution[row] -= lower[Self.index(row, column)] * solution[column] }
      solution[row] /= lower[Self.index(row, row)]
    }
    return solution.reduce(0) { $0 + $1 * $1 }
  }
}
