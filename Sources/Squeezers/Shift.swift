import Common
import Pixels

/// The image moved by whole pixels; what comes in at the edges is the mirrored image.
///
/// Moving by a pixel or two changes which samples fall into which cell of a classifier's first strides. Clean images
/// bear it; perturbations fitted to one position often do not.
package struct Shift: FixedSqueezer {
  package static let reachRange = -16...16

  package static let kind = SqueezerKind(
    .shift, "the image moved by whole pixels, mirrored at the edges",
    source: "test-time augmentation; Xie et al. 2018", parameters: [xParameter, yParameter]
  ) { Shift(x: $0.integer(xParameter), y: $0.integer(yParameter)) }
  private static let xParameter = Parameter.integer("x", reachRange, default: 1, "pixels to the right")
  private static let yParameter = Parameter.integer("y", reachRange, default: 1, "pixels down")

  package let x: Int
  package let y: Int

  /// - Precondition: both lie in `reachRange`.
  package init(x: Int, y: Int) {
    precondition(Self.reachRange.contains(x) && Self.reachRange.contains(y))
    self.x = x
    self.y = y
  }

  package var description: String { "shift \(x),\(y)" }

  /// - Complexity: O(samples).
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    var result = PixelImage(size: image.size, channels: image.channels)
    let (width, depth) = (image.size.width, image.channels.rawValue)
    // What stays within the image is moved in one piece.
    let kept = min(width, max(0, x))..<max(min(width, max(0, x)), min(width, width + x))
    let edges = ((0..<kept.lowerBound).map(\.self) + (kept.upperBound..<width).map(\.self)).map { column in
      (to: column * depth, from: PixelImage.reflect(column - x, width) * depth)
    }
    for row in 0..<image.size.height {
      let source = image.row(PixelImage.reflect(row - y, image.size.height))
      var target = result.mutableRow(row)
      if !kept.isEmpty {
        let piece = (kept.lowerBound - x) * depth..<(kept.upperBound - x) * depth
        target.copy(from: source.extracting(piece), at: kept.lowerBound * depth)
      }
      for edge in edges {
        for channel in 0..<depth { target[edge.to + channel] = source[edge.from + channel] }
      }
    }
    return result
  }
}
