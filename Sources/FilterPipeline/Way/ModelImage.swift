import Pixels

/// A model-size image that several may look at.
package final class ModelImage: Sendable {
  package let pixels: PixelImage

  init(_ pixels: consuming PixelImage) { self.pixels = pixels }
}
