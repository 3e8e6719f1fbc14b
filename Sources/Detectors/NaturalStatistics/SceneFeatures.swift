import Glibc
import Pixels

/// The 36 features of BRISQUE (Mittal, Moorthy, Bovik, IEEE TIP 2012), at full and half size: shape and variance of
/// the locally normalised brightness, and for the products of neighbours in four directions the shape, the mean, and
/// the mean squares on either side. Shapes and variances as logarithms, because those of photographs spread over
/// orders of magnitude.
func sceneFeatures(of image: borrowing PixelImage) -> [Double] {
  let full = RealPlane(SignalPlane(brightnessOf: image))
  return sceneFeatures(of: full.locallyNormalized()) + sceneFeatures(of: full.halved().locallyNormalized())
}

let sceneFeatureNames: [String] = ["full", "half"].flatMap { scale in
  ["shape", "strength"].map { "\($0) of texture at \(scale) size" }
    + directions.map(\.name).flatMap { direction in
      ["shape", "asymmetry", "left spread", "right spread"].map {
        "\($0) of \(direction) texture at \(scale) size"
      }
    }
}

private let directions: [(name: String, x: Int, y: Int)] = [
  ("horizontal", 1, 0), ("vertical", 0, 1), ("falling", 1, 1), ("rising", -1, 1),
]

private func sceneFeatures(of normalized: RealPlane) -> [Double] {
  let moments = normalized.momentsOfProducts(shiftedBy: nil)
  let fit = GeneralizedGaussian.symmetric(meanMagnitude: moments.magnitude, meanSquare: moments.square)
  return [logarithm(fit.shape), logarithm(fit.variance)]
    + directions.flatMap { direction in
      let moments = normalized.momentsOfProducts(shiftedBy: (direction.x, direction.y))
      let fit = GeneralizedGaussian.asymmetric(
        meanMagnitude: moments.magnitude, meanSquare: moments.square, leftSquare: moments.leftSquare,
        rightSquare: moments.rightSquare)
      return [logarithm(fit.shape), fit.mean, logarithm(fit.left), logarithm(fit.right)]
    }
}

/// Finite at zero, and deep enough to leave the variances of photographs as they are.
private func logarithm(_ value: Double) -> Double { log(value + 1e-3) }
