import Glibc

/// The discrete Fourier transform down the columns of a matrix, X[k] = Σ x[j]·exp(−2πi·jk/n), for lengths n whose prime
/// factors are 2, 3 and 5.
///
/// A Stockham autosort transform (Cooley, Tukey 1965; Van Loan 1992, section 1.7): each pass merges by one factor and
/// writes the result in order. All columns go through a pass together, so that every step is a sum of whole rows and
/// runs on vectors.
package struct FourierTransform {
  package let length: Int
  private let radices: [Int]
  /// cos and −sin of 2πk/n.
  private let cosines: [Float]
  private let sines: [Float]

  /// - Precondition: `length` is positive and has no prime factors but 2, 3 and 5.
  package init(length: Int) {
    guard let radices = Self.radices(of: length) else { preconditionFailure("no transform of length \(length)") }
    self.length = length
    self.radices = radices
    let angles = (0..<length).map { -2 * Double.pi * Double($0) / Double(length) }
    cosines = angles.map { Float(cos($0)) }
    sines = angles.map { Float(sin($0)) }
  }

  /// The longest permitted length up to `limit`.
  ///
  /// - Precondition: `limit` is positive.
  package static func length(upTo limit: Int) -> Int {
    var length = limit
    while radices(of: length) == nil { length -= 1 }
    return length
  }

  private static func radices(of length: Int) -> [Int]? {
    guard length > 0 else { return nil }
    var (rest, radices) = (length, [Int]())
    for radix in [4, 5, 3, 2] {
      while rest.isMultiple(of: radix) {
        radices.append(radix)
        rest /= radix
      }
    }
    return rest == 1 ? radices : nil
  }

  /// Transforms every column of `matrix`, which has `length` rows.
  ///
  /// - Complexity: O(samples · log length); one more matrix of memory.
  package func transformColumns(of matrix: inout ComplexMatrix) {
    precondition(matrix.rows == length)
    var other = matrix
    var (remaining, stride) = (length, 1)
    for radix in radices {
      remaining /= radix
      for block in 0..<remaining {
        for output in 0..<radix {
          merge(matrix, into: &other, block: block, output: output, radix: radix, blocks: remaining, stride: stride)
        }
      }
      stride *= radix
      swap(&matrix, &other)
    }
  }

  /// The rows `stride · (radix · block + output)` and the next `stride − 1` of one pass.
  private func merge(
    _ source: borrowing ComplexMatrix, into target: inout ComplexMatrix, block: Int, output: Int, radix: Int,
    blocks: Int, stride: Int
  ) {
    for line in 0..<stride {
      let row = stride * (radix * block + output) + line
      for input in 0..<radix {
        let turn = (output * input * (length / radix) + output * block * stride) % length
        let from = stride * (block + blocks * input) + line
        target.accumulate(source, row: from, times: (cosines[turn], sines[turn]), into: row, isFirst: input == 0)
      }
    }
  }
}
