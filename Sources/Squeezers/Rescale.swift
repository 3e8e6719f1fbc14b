import Common
import Pixels
import Preprocessing

/// The image scaled down and up again, both with Pillow's antialiased resize.
///
/// Detail finer than the smaller size is lost, and with it most of a perturbation.
package struct Rescale: FixedSqueezer {
  package static let factorRange = 0.1...0.95

  package static let kind = SqueezerKind(
    .rescale, "scaled down by a factor and up again", source: "Guo et al. 2018; Pillow's resize",
    parameters: [factorParameter, filterParameter]
  ) { values in
    Rescale(
      factor: values.number(factorParameter),
      filter: values.choice(filterParameter, as: ResampleFilter.self))
  }
  private static let factorParameter = Parameter.number(
    "factor", factorRange, default: 0.5, "sides of the smaller image, in sides of the image")
  private static let filterParameter = Parameter.choice("filter", default: ResampleFilter.bilinear, "of both resizes")

  package let factor: Double
  package let filter: ResampleFilter

  /// - Precondition: `factor` lies in `factorRange`.
  package init(factor: Double, filter: ResampleFilter = .bilinear) {
    precondition(Self.factorRange.contains(factor))
    self.factor = factor
    self.filter = filter
  }

  package var description: String { "rescale \(factor) \(filter.rawValue)" }

  /// - Complexity: that of two resizes.
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    let smaller = PixelSize(width: scaled(image.size.width), height: scaled(image.size.height))
    return image.trappingResized(to: smaller, filter: filter).trappingResized(to: image.size, filter: filter)
  }

  private func scaled(_ side: Int) -> Int { max(1, Int((Double(side) * factor).rounded())) }
}
