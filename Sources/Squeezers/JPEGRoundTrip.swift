import Common
import ImageCodecs
import Pixels

/// The image saved as JPEG and read again (Dziugaite, Ghahramani, Roy 2016; Guo et al. 2018).
///
/// libjpeg-turbo with 4:2:0 chroma subsampling and the accurate integer DCT, which is what Pillow's `save` does.
package struct JPEGRoundTrip: FixedSqueezer {
  package static let qualityRange = 1...100

  package static let kind = SqueezerKind(
    .jpeg, "saved as JPEG, 4:2:0, and read again", source: "Guo et al. 2018; ITU-T T.81",
    parameters: [qualityParameter]
  ) { JPEGRoundTrip(quality: $0.integer(qualityParameter)) }
  private static let qualityParameter = Parameter.integer("quality", qualityRange, default: 75, "JPEG quality")

  package let quality: Int

  /// - Precondition: `quality` lies in `qualityRange`.
  package init(quality: Int) {
    precondition(Self.qualityRange.contains(quality))
    self.quality = quality
  }

  package var description: String { "jpeg \(quality)" }

  /// - Precondition: no side exceeds 65,500 pixels, the most that a JPEG has.
  /// - Complexity: O(samples).
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    image.savedAsJPEG(quality: quality)
  }
}

extension PixelImage {
  /// The image after a JPEG round trip.
  ///
  /// - Precondition: no side exceeds 65,500 pixels.
  borrowing func savedAsJPEG(quality: Int) -> PixelImage {
    do {
      return try roundTrippedThroughJPEG(quality: quality)
    } catch {
      // What is left is lack of memory, which ends the process wherever pixels are allocated.
      preconditionFailure("\(error)")
    }
  }
}
