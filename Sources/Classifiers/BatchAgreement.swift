import Common
import Pixels

/// Whether a model judges pictures in one call as it judges each of them alone.
///
/// One that was quantised while it runs takes its scale from all pictures of a call, and batch norm in training mode their
/// mean: then what somebody else sends changes an answer, and nothing can be said of a verdict again.
package enum BatchAgreement {
  /// What other blocking of the same sums does to numbers of a row, as a share of the largest of them, or of 1.
  private static let tolerance: Float = 1e-2
  /// The same where sums are rounded on their way.
  private static let roundedTolerance: Float = 5e-2

  /// - Parameters:
  ///   - form: what the model takes.
  ///   - count: the pictures in a call.
  ///   - precision: what the model is computed in.
  ///   - alone: what the model gives for a batch of one pattern; its first row counts.
  ///   - together: what it gives for a batch, row after row.
  /// - Returns: false also where a call throws.
  /// - Complexity: a call of `count` pictures, and one for each pattern that occurs in it.
  package static func holds(
    _ form: TensorForm, count: Int, precision: ComputedPrecision = .f32,
    alone: (_ pattern: Int) throws(SluiceError) -> [Float],
    together: (borrowing TensorBatch) throws(SluiceError) -> [Float]
  ) -> Bool {
    guard let rows = try? together(TestPatterns(form: form).mixed(count)), !rows.isEmpty, rows.count % count == 0 else {
      return false
    }
    let width = rows.count / count
    var known: [Int: [Float]] = [:]
    for image in 0..<count {
      let pattern = image % TestPatterns.count
      guard let single = known[pattern] ?? (try? alone(pattern)), single.count >= width else { return false }
      known[pattern] = single
      guard agree(Array(rows[image * width..<(image + 1) * width]), Array(single.prefix(width)), precision) else {
        return false
      }
    }
    return true
  }

  private static func agree(_ row: [Float], _ single: [Float], _ precision: ComputedPrecision) -> Bool {
    let largest = single.reduce(1) { max($0, abs($1)) }
    let permitted = largest * (precision == .f32 ? tolerance : roundedTolerance)
    // Not a number is no agreement.
    return zip(row, single).allSatisfy { abs($0 - $1) <= permitted }
  }
}
