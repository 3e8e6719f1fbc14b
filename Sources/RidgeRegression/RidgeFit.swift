import Common

/// A ridge regression of several outputs with an intercept that is not shrunk (Hoerl and Kennard 1970), whose strength is the one
/// that predicts best what it was not fitted on.
///
/// Leaving out is exact and takes no second fit: with the hat matrix H, samples g that are left out together are missed by
/// (1 − H_gg)⁻¹ times what the whole fit misses them by (Allen's PRESS statistic, 1974, for groups).
package struct RidgeFit: Sendable {
  /// Features × outputs.
  package let weights: Matrix
  package let intercepts: [Double]
  /// The chosen strength, in mean squared lengths of a centred input.
  package let strength: Double
  /// For each sample, what a fit without its group says of it.
  package let leftOut: Matrix
  /// The part of the outputs' variance that those predictions explain; negative where their means do better.
  package let explained: Double

  /// From hardly any shrinking to nothing but the mean.
  package static let strengths: [Double] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]

  /// - Parameters:
  ///   - inputs: samples × features.
  ///   - outputs: samples × outputs.
  ///   - groups: the samples that belong together, such as views of one photograph; all of them, each once, in order.
  ///   - progress: told the share that is done.
  /// - Throws: `fit-failed` for fewer than two groups, numbers that are not finite, and outputs that are all alike.
  /// - Precondition: inputs, outputs and groups have the same samples.
  /// - Complexity: O(samples · features · (min(samples, features) + outputs · strengths)); memory for four times the outputs.
  package init(
    _ inputs: Matrix, _ outputs: Matrix, groups: [Range<Int>], strengths: [Double] = Self.strengths,
    progress: (Double) -> Void = { _ in }
  ) throws(SluiceError) {
    let end = groups.reduce(0) { $1.lowerBound == $0 ? $1.upperBound : -1 }
    precondition(inputs.rows == outputs.rows && end == inputs.rows)
    precondition(!strengths.isEmpty && strengths.allSatisfy { $0 > 0 })
    try Self.check(inputs, outputs, groups)
    let (inputMeans, outputMeans) = (inputs.columnMeans, outputs.columnMeans)
    let wanted = outputs.less(outputMeans)
    let variance = wanted.sumOfSquares
    guard variance > 0 else { throw Self.failure("the outputs of all samples are alike") }
    let spectrum = try Spectrum(inputs.less(inputMeans))
    let unit = max(spectrum.squares.reduce(0, +) / Double(inputs.rows), .leastNormalMagnitude)
    let loadings = spectrum.left.times(wanted, transposed: true)
    var best: (strength: Double, missed: Matrix, error: Double)?
    for (index, strength) in strengths.enumerated() {
      let missed = try Self.missed(spectrum, Self.kept(spectrum, strength * unit), loadings, wanted, groups)
      let error = missed.sumOfSquares
      if error < best?.error ?? .infinity { best = (strength, missed, error) }
      progress(Double(index + 1) / Double(strengths.count))
    }
    guard let best else { throw Self.failure("the errors are no numbers") }
    let factors = zip(Self.kept(spectrum, best.strength * unit), spectrum.squares).map { $0 / $1.squareRoot() }
    let weights = spectrum.right.scaled(factors).times(loadings)
    let offsets = Matrix(rows: 1, columns: inputMeans.count, values: inputMeans).times(weights)
    self.weights = weights
    intercepts = zip(outputMeans, offsets.values).map { $0 - $1 }
    strength = best.strength
    leftOut = outputs.less(best.missed)
    explained = 1 - best.error / variance
  }

  private static func check(_ inputs: Matrix, _ outputs: Matrix, _ groups: [Range<Int>]) throws(SluiceError) {
    guard groups.count >= 2 else { throw failure("there is nothing to leave out: \(groups.count) groups of samples") }
    guard inputs.values.allSatisfy(\.isFinite), outputs.values.allSatisfy(\.isFinite) else {
      throw failure("the samples have numbers that are not finite")
    }
  }

  private static func failure(_ what: String) -> SluiceError {
    SluiceError(.fitFailed, what, remedy: "take more samples, or more various ones")
  }

  /// The share of each direction that a strength leaves.
  private static func kept(_ spectrum: Spectrum, _ strength: Double) -> [Double] {
    spectrum.squares.map { $0 / ($0 + strength) }
  }

  /// What the fits without each group miss it by.
  private static func missed(
    _ spectrum: Spectrum, _ kept: [Double], _ loadings: Matrix, _ wanted: Matrix, _ groups: [Range<Int>]
  ) throws(SluiceError) -> Matrix {
    let shrunk = spectrum.left.scaled(kept)
    var missed = wanted.less(shrunk.times(loadings))
    for group in groups {
      // 1 − H, where H is of the directions and of the mean.
      var rest = shrunk.rows(group).times(spectrum.left.rows(group), otherTransposed: true)
      for row in 0..<group.count {
        for column in 0..<group.count {
          rest[row, column] = (row == column ? 1 : 0) - rest[row, column] - 1 / Double(wanted.rows)
        }
      }
      missed.replace(group, with: try rest.solving(missed.rows(group)))
    }
    return missed
  }
}

extension Matrix {
  fileprivate mutating func replace(_ range: Range<Int>, with other: Matrix) {
    values.replaceSubrange(range.lowerBound * columns..<range.upperBound * columns, with: other.values)
  }
}
