import Common
import Pixels
import Preprocessing

/// The image at a smaller size, for a classifier that takes several: a second opinion of the same model at a fraction of the
/// cost, as most of a perturbation does not survive scaling. MobileNetV2 takes 58 % of the time at 160 pixels, and label doubt
/// there sees as much of the attacks that were measured as a second model does.
///
/// The only squeezer whose result is of another size; it cannot be forwarded.
package struct Look: FixedSqueezer {
  private static let sizeParameter = Parameter.integer("size", 2...1024, "width and height in pixels")

  package static let kind = SqueezerKind(
    .look, "the image scaled to another size, which the classifier must take",
    source: "test-time augmentation; Guo et al. 2018", parameters: [sizeParameter]
  ) { Look(size: $0.integer(sizeParameter)) }

  private let side: Int

  /// - Precondition: `size` is positive.
  package init(size: Int) {
    precondition(size > 0)
    side = size
  }

  package var description: String { "look \(side)" }

  package func outputSize(of size: PixelSize) -> PixelSize { PixelSize(width: side, height: side) }

  /// - Complexity: O(samples of image and result): antialiased bilinear, as Pillow scales.
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    image.trappingResized(to: outputSize(of: image.size), filter: .bilinear)
  }
}
