import Common
import Pixels

/// A model that gives back an image as it understands it, in the form that it takes: always 32-bit floats.
package protocol Autoencoder: Sendable {
  /// The elements of the reconstruction of a batch of one image.
  ///
  /// - Throws: `classifier-failed` when the engine fails or returns a number that is not finite.
  func reconstruction(of batch: borrowing TensorBatch) async throws(SluiceError) -> [Float]
}
