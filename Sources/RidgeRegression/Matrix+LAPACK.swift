import CLAPACK
import Common

extension SluiceError.Code {
  package static let fitFailed = SluiceError.Code("fit-failed")
}

extension Matrix {
  /// The product of this, or its transpose, and another, or its transpose.
  ///
  /// - Precondition: the inner sides are equal.
  /// - Complexity: O(rows · columns · inner side).
  func times(_ other: Matrix, transposed: Bool = false, otherTransposed: Bool = false) -> Matrix {
    let (outer, inner) = transposed ? (columns, rows) : (rows, columns)
    let (otherInner, otherOuter) = otherTransposed ? (other.columns, other.rows) : (other.rows, other.columns)
    precondition(inner == otherInner, "the inner sides are equal")
    var result = Matrix(rows: outer, columns: otherOuter)
    guard outer > 0, otherOuter > 0, inner > 0 else { return result }
    // Sides fit 32 bits, as Matrix checks, and each buffer has a number for each place.
    unsafe result.values.withUnsafeMutableBufferPointer { result in
      unsafe values.withUnsafeBufferPointer { left in
        unsafe other.values.withUnsafeBufferPointer { right in
          unsafe cblas_dgemm(
            CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, otherTransposed ? CblasTrans : CblasNoTrans,
            Int32(outer), Int32(otherOuter), Int32(inner), 1, left.baseAddress, Int32(columns), right.baseAddress,
            Int32(other.columns), 0, result.baseAddress, Int32(otherOuter))
        }
      }
    }
    return result
  }

  /// The eigenvalues of a symmetric matrix, ascending, and their vectors as columns.
  ///
  /// - Precondition: the matrix is square; its lower triangle is read.
  /// - Throws: `fit-failed` for numbers that are not finite, or where no eigenvalues are found.
  /// - Complexity: O(side³).
  func eigenvalues() throws(SluiceError) -> (values: [Double], vectors: Matrix) {
    precondition(rows == columns, "the matrix is square")
    var vectors = self
    var found = [Double](repeating: 0, count: rows)
    guard rows > 0 else { return (found, vectors) }
    let side = Int32(rows)
    let status = unsafe vectors.values.withUnsafeMutableBufferPointer { matrix in
      unsafe found.withUnsafeMutableBufferPointer { values in
        unsafe LAPACKE_dsyevd(
          LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")), side, matrix.baseAddress, side,
          values.baseAddress)
      }
    }
    guard status == 0 else { throw Self.failure("the eigenvalues of the inputs were not found", status) }
    return (found, vectors)
  }

  /// The solution X of A X = B for a symmetric, positive definite A, by Cholesky's decomposition.
  ///
  /// - Precondition: the matrix is square, with as many rows as `right` has.
  /// - Throws: `fit-failed` for a matrix that is not positive definite.
  /// - Complexity: O(side³ + side² · columns).
  func solving(_ right: Matrix) throws(SluiceError) -> Matrix {
    precondition(rows == columns && rows == right.rows, "the matrix is square, and the sides fit")
    var factor = self
    var solution = right
    guard rows > 0, right.columns > 0 else { return solution }
    let side = Int32(rows)
    let status = unsafe factor.values.withUnsafeMutableBufferPointer { matrix in
      unsafe solution.values.withUnsafeMutableBufferPointer { right in
        unsafe LAPACKE_dposv(
          LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "L")), side, Int32(solution.columns), matrix.baseAddress, side,
          right.baseAddress, Int32(solution.columns))
      }
    }
    guard status == 0 else { throw Self.failure("a group of samples cannot be left out", status) }
    return solution
  }

  private static func failure(_ what: String, _ status: Int32) -> SluiceError {
    SluiceError(.fitFailed, "\(what) (LAPACK's status \(status))", remedy: "take more samples, or more various ones")
  }
}
