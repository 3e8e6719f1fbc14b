import Pixels
import Preprocessing
import Squeezers

/// Forwards a squeezed version of an image.
struct SqueezedForwarder: Sendable {
  private let squeezer: any Squeezer
  private let encoder: TensorEncoder

  init(_ squeezer: any Squeezer, _ definition: FilterDefinition) {
    self.squeezer = squeezer
    encoder = definition.encoder(squeezer.sampleValues)
  }

  func picture(of image: borrowing PixelImage, seed: ImageSeed) -> PixelImage { squeezer.squeeze(image, seed: seed) }

  /// - Parameters:
  ///   - picture: what `picture(of:seed:)` gave.
  func encoded(_ picture: borrowing PixelImage) -> TensorBatch { encoder.encoded(picture) }
}
