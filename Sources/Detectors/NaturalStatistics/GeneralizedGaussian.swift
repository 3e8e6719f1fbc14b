import Glibc

/// Fits of generalised Gaussian distributions by moment matching, as Mittal, Moorthy and Bovik use them (IEEE TIP 2012).
///
/// The shape α is 2 for a Gaussian and 1 for a Laplacian distribution, and is found in 0.2…10. Values that are all
/// zero count as a Gaussian of no width.
package enum GeneralizedGaussian {
  package static let shapeRange = 0.2...10.0

  /// The symmetric distribution with density ∝ exp(−(|x|/β)^α) of the given moments (Sharifi, Leon-Garcia 1995).
  package static func symmetric(meanMagnitude: Double, meanSquare: Double) -> (shape: Double, variance: Double) {
    guard meanSquare > negligible else { return (2, 0) }
    return (shape(ofRatio: meanMagnitude * meanMagnitude / meanSquare), meanSquare)
  }

  /// The distribution with different widths left and right of zero (Lasmar, Stitou, Berthoumieu 2009): its shape, its
  /// mean η, and the mean squares on either side.
  package static func asymmetric(
    meanMagnitude: Double, meanSquare: Double, leftSquare: Double, rightSquare: Double
  ) -> (shape: Double, mean: Double, left: Double, right: Double) {
    guard meanSquare > negligible else { return (2, 0, 0, 0) }
    let (left, right) = (leftSquare.squareRoot(), rightSquare.squareRoot())
    // A side without values is as narrow as can be, not of no width.
    let asymmetry = (left + 1e-6) / (right + 1e-6)
    let squared = asymmetry * asymmetry
    let correction = (squared * asymmetry + 1) * (asymmetry + 1) / ((squared + 1) * (squared + 1))
    let shape = shape(ofRatio: meanMagnitude * meanMagnitude / meanSquare * correction)
    let width = (tgamma(1 / shape) / tgamma(3 / shape)).squareRoot()
    let mean = (right - left) * width * tgamma(2 / shape) / tgamma(1 / shape)
    return (shape, mean, leftSquare, rightSquare)
  }

  private static let negligible = 1e-8

  /// Γ(2/α)² / (Γ(1/α) Γ(3/α)), which grows with α: (mean |x|)² / mean x² of the distribution.
  private static func ratio(ofShape shape: Double) -> Double {
    let middle = tgamma(2 / shape)
    return middle * middle / (tgamma(1 / shape) * tgamma(3 / shape))
  }

  private static func shape(ofRatio target: Double) -> Double {
    var (low, high) = (shapeRange.lowerBound, shapeRange.upperBound)
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if ratio(ofShape: middle) < target { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
