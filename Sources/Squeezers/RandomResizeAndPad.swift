import Common
import Pixels
import Preprocessing

/// The image scaled down by a random factor and put at a random place on mid-gray (Xie et al.: Mitigating Adversarial
/// Effects Through Randomization, ICLR 2018).
///
/// Xie et al. enlarge the classifier's input to make room; a deployed classifier has one input size, so here the image
/// shrinks instead. Mid-gray is their padding: zero in an input range of [−1, 1]. Averaging over the chance (EOT,
/// Athalye et al. 2018) defeats the transformation on its own.
package struct RandomResizeAndPad: Squeezer {
  package static let smallestRange = 0.5...0.99

  package static let kind = SqueezerKind(
    .randomResizePad, "scaled down by a random factor, at a random place on mid-gray", source: "Xie et al. 2018",
    parameters: [smallestParameter]
  ) { RandomResizeAndPad(smallest: $0.number(smallestParameter)) }
  private static let smallestParameter = Parameter.number(
    "smallest", smallestRange, default: 0.9, "the smallest factor; the largest is 1")

  private static let midGray: UInt8 = 128

  package let smallest: Double

  /// - Precondition: `smallest` lies in `smallestRange`.
  package init(smallest: Double) {
    precondition(Self.smallestRange.contains(smallest))
    self.smallest = smallest
  }

  package let isRandomised = true
  package var description: String { "randomResizePad \(smallest)" }

  /// - Complexity: that of a bilinear resize.
  package func squeeze(_ image: borrowing PixelImage, seed: ImageSeed) -> PixelImage {
    var random = seed.randomness(for: description)
    let factor = Double.random(in: smallest..<1, using: &random)
    let inner = PixelSize(
      width: max(1, Int(Double(image.size.width) * factor)), height: max(1, Int(Double(image.size.height) * factor)))
    let left = Int.random(in: 0...image.size.width - inner.width, using: &random)
    let top = Int.random(in: 0...image.size.height - inner.height, using: &random)
    let scaled = image.trappingResized(to: inner, filter: .bilinear)
    var result = PixelImage(filled: Self.midGray, size: image.size, channels: image.channels)
    for y in 0..<inner.height {
      var target = result.mutableRow(top + y)
      target.copy(from: scaled.row(y), at: left * image.channels.rawValue)
    }
    return result
  }
}
