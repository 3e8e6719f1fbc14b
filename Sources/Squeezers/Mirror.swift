import Pixels

/// The image mirrored left to right.
///
/// Classifiers are trained to be indifferent to it, and a perturbation is not: as a witness a mirror is as good as a
/// squeezer that removes detail.
package struct Mirror: FixedSqueezer {
  package static let kind = SqueezerKind(
    "mirror", "the image mirrored left to right", source: "test-time augmentation; Xie et al. 2018"
  ) { _ in Mirror() }

  package init() {}

  package let description = "mirror"

  /// - Complexity: O(samples).
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    var result = PixelImage(size: image.size, channels: image.channels)
    let (width, depth) = (image.size.width, image.channels.rawValue)
    for y in 0..<image.size.height {
      let source = image.row(y)
      var target = result.mutableRow(y)
      for x in 0..<width {
        for channel in 0..<depth { target[x * depth + channel] = source[(width - 1 - x) * depth + channel] }
      }
    }
    return result
  }
}
