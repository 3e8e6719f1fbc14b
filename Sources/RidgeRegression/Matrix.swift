/// Numbers in rows.
package struct Matrix: Sendable, Hashable {
  package let rows: Int
  package let columns: Int
  /// Row after row.
  package var values: [Double]

  /// Neither side is longer: the C interfaces count in 32 bits.
  package static let longestSide = 1 << 20

  /// - Precondition: no side is negative or longer than `longestSide`, and there is a value for each place.
  package init(rows: Int, columns: Int, values: [Double]) {
    precondition((0...Self.longestSide).contains(rows) && (0...Self.longestSide).contains(columns))
    precondition(values.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: 0, count: rows * columns))
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  package func row(_ index: Int) -> ArraySlice<Double> { values[index * columns..<(index + 1) * columns] }

  func rows(_ range: Range<Int>) -> Matrix {
    Matrix(
      rows: range.count, columns: columns,
      values: Array(values[range.lowerBound * columns..<range.upperBound * columns]))
  }

  /// The mean of each column; zeros for a matrix without rows.
  var columnMeans: [Double] {
    var sums = [Double](repeating: 0, count: columns)
    for row in 0..<rows { for column in 0..<columns { sums[column] += self[row, column] } }
    return sums.map { $0 / Double(max(1, rows)) }
  }

  /// The same with a number taken from each column.
  func less(_ offsets: [Double]) -> Matrix {
    var result = self
    for row in 0..<rows { for column in 0..<columns { result[row, column] -= offsets[column] } }
    return result
  }

  func less(_ other: Matrix) -> Matrix {
    Matrix(rows: rows, columns: columns, values: zip(values, other.values).map { $0 - $1 })
  }

  /// The same with each column multiplied by a number.
  func scaled(_ factors: [Double]) -> Matrix {
    var result = self
    for row in 0..<rows { for column in 0..<columns { result[row, column] *= factors[column] } }
    return result
  }

  var sumOfSquares: Double { values.reduce(0) { $0 + $1 * $1 } }
}
