import Common
import Pixels
import RealModule

/// Each channel convolved with a Gaussian of standard deviation `sigma`, cut off at four of them, and rounded to the
/// nearest level, halves to even; edges are mirrored with the edge sample repeated.
///
/// The convolution runs down the columns, then along the rows, sums in double and the result between them in single
/// precision, which gives SciPy's `gaussian_filter(truncate=4, mode='reflect')` of single-precision samples bit for
/// bit before it is rounded. Source: as a squeezer, Xu, Evans, Qi 2018, section II-C (local smoothing).
package struct Gaussian: FixedSqueezer {
  package static let sigmaRange = 0.3...10

  package static let kind = SqueezerKind(
    .gaussian, "convolution with a Gaussian, cut off at 4 sigma, mirrored edges", source: "Xu, Evans, Qi 2018",
    parameters: [sigmaParameter]
  ) { Gaussian(sigma: $0.number(sigmaParameter)) }
  private static let sigmaParameter = Parameter.number(
    "sigma", sigmaRange, default: 1, "standard deviation in pixels")

  package let sigma: Double
  /// From the outermost to the middle one.
  private let weights: [Double]

  /// - Precondition: `sigma` lies in `sigmaRange`.
  package init(sigma: Double) {
    precondition(Self.sigmaRange.contains(sigma))
    self.sigma = sigma
    let reach = Int(4 * sigma + 0.5)
    let values = (-reach...reach).map { Double.exp(-0.5 / (sigma * sigma) * Double($0 * $0)) }
    let sum = values.reduce(0, +)
    weights = values[...reach].map { $0 / sum }
  }

  package var description: String { "gaussian \(sigma.plainText)" }

  /// - Complexity: O(samples · sigma).
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    let (reach, depth) = (weights.count - 1, image.channels.rawValue)
    let padded = image.reflectingBorder(before: reach, after: reach)
    let length = padded.rowLength
    var result = PixelImage(size: image.size, channels: image.channels)
    var columnMeans = [Double](repeating: 0, count: length)
    var means = columnMeans.mutableSpan
    for y in 0..<image.size.height {
      let rows = padded.samples.extracting(y * length..<(y + 2 * reach + 1) * length)
      weighColumns(rows, by: weights, into: &means)
      var target = result.mutableRow(y)
      weighRow(means.span, step: depth, by: weights, into: &target)
    }
    return result
  }
}
