import Detectors
import Glibc
import TestSupport
import Testing

struct FourierTransformTests {
  private func noise(rows: Int, columns: Int) -> ComplexMatrix {
    var random = RepeatableRandom(seed: UInt64(rows * 100 + columns))
    var matrix = ComplexMatrix(rows: rows, columns: columns)
    for index in matrix.real.indices {
      matrix.real[index] = Float.random(in: -1...1, using: &random)
      matrix.imaginary[index] = Float.random(in: -1...1, using: &random)
    }
    return matrix
  }

  /// The definition, column by column.
  private func naive(_ matrix: ComplexMatrix) -> (real: [Double], imaginary: [Double]) {
    var real = [Double](repeating: 0, count: matrix.real.count)
    var imaginary = real
    for k in 0..<matrix.rows {
      for j in 0..<matrix.rows {
        let angle = -2 * Double.pi * Double(j * k % matrix.rows) / Double(matrix.rows)
        for x in 0..<matrix.columns {
          let (a, b) = (Double(matrix.real[j * matrix.columns + x]), Double(matrix.imaginary[j * matrix.columns + x]))
          real[k * matrix.columns + x] += a * cos(angle) - b * sin(angle)
          imaginary[k * matrix.columns + x] += a * sin(angle) + b * cos(angle)
        }
      }
    }
    return (real, imaginary)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 25, 27, 30, 32, 45, 60, 75, 96, 120, 128, 135])
  func agreesWithTheDefinition(length: Int) {
    for columns in [1, 3, 17] {
      var matrix = noise(rows: length, columns: columns)
      let expected = naive(matrix)
      FourierTransform(length: length).transformColumns(of: &matrix)
      for index in matrix.real.indices {
        #expect(abs(Double(matrix.real[index]) - expected.real[index]) < 1e-4)
        #expect(abs(Double(matrix.imaginary[index]) - expected.imaginary[index]) < 1e-4)
      }
    }
  }

  @Test(arguments: [(1, 1), (7, 6), (11, 10), (1023, 1000), (1024, 1024), (331, 324)])
  func lengthHasSmallFactorsOnly(limit: Int, expected: Int) {
    #expect(FourierTransform.length(upTo: limit) == expected)
  }

  @Test func transposes() {
    let matrix = noise(rows: 70, columns: 41)
    let result = matrix.transposed(rows: 36)
    #expect(result.rows == 41 && result.columns == 36)
    for y in 0..<36 {
      for x in 0..<41 { #expect(result.real[x * 36 + y] == matrix.real[y * 41 + x]) }
    }
  }
}
