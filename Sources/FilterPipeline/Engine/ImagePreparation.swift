import Common
import ImageCodecs
import Pixels
import Preprocessing

/// Brings encoded images to the form that a filter's classifier sees, without judging them.
package struct ImagePreparation: Sendable {
  private let decoder: ImageDecoder
  package let preprocessor: Preprocessor

  package init(_ definition: FilterDefinition) {
    decoder = ImageDecoder(limits: definition.limits)
    preprocessor = definition.preprocessor
  }

  /// The model-size image.
  ///
  /// - Throws: what reading or decoding it throws.
  /// - Complexity: O(pixels).
  package func image(of input: EncodedInput) throws(SluiceError) -> PixelImage {
    try input.checkIsReadable()
    let decoded = try decoder.decode(input.bytes.span, neededRegion: preprocessor.neededRegion)
    return try preprocessor.apply(to: decoded.takePixels())
  }
}
