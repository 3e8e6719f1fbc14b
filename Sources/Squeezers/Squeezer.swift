import Pixels
import Preprocessing

/// A transformation that should not change what a clean image is classified as, but undoes much of what an
/// adversarial perturbation did (Xu, Evans, Qi: Feature Squeezing, NDSS 2018).
///
/// Squeezers work on the model-size 8-bit image, gray or RGB, of any size from 1×1, and return one of the same channels
/// and, but for `Look`, of the same size. They are values: two with the same `description` do the same, number for number.
package protocol Squeezer: Sendable, CustomStringConvertible {
  /// Name and every parameter, as in `median 2`: what a verdict records, and what makes two squeezers the same.
  var description: String { get }

  /// What the samples of a squeezed image stand for.
  var sampleValues: SampleValues { get }

  /// Whether the result depends on the seed.
  var isRandomised: Bool { get }

  /// The size of the squeezed version of an image of this size.
  func outputSize(of size: PixelSize) -> PixelSize

  /// The squeezed image, of that size and the same channels.
  ///
  /// - Parameters:
  ///   - seed: where a squeezer with chance in it takes its choices from; the same seed gives the same image.
  func squeeze(_ image: borrowing PixelImage, seed: ImageSeed) -> PixelImage
}

extension Squeezer {
  package var sampleValues: SampleValues { .unit }
  package func outputSize(of size: PixelSize) -> PixelSize { size }
}

extension Squeezer {
  /// The squeezed image at the size of the image itself, for showing beside it: a smaller look is scaled back.
  package func squeezedForShowing(_ image: borrowing PixelImage, seed: ImageSeed) -> PixelImage {
    let squeezed = squeeze(image, seed: seed)
    return squeezed.size == image.size ? squeezed : squeezed.trappingResized(to: image.size, filter: .bilinear)
  }
}

/// A squeezer without chance: its result depends on the image alone.
package protocol FixedSqueezer: Squeezer {
  func squeeze(_ image: borrowing PixelImage) -> PixelImage
}

extension FixedSqueezer {
  package var isRandomised: Bool { false }
  package func squeeze(_ image: borrowing PixelImage, seed: ImageSeed) -> PixelImage { squeeze(image) }
}
