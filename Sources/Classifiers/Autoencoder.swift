import Common
import Pixels

/// A model that gives back an image as it understands it, from the same tensor form that it takes.
package protocol Autoencoder: Sendable {
  /// The tensor it takes and gives, always of 32-bit floats.
  var form: TensorForm { get }
  /// Engine and model for people.
  var description: String { get }

  /// The elements of the reconstruction of a batch of one image.
  ///
  /// - Throws: `classifier-failed` when the engine fails or returns a number that is not finite.
  func reconstruction(of batch: borrowing TensorBatch) async throws(SluiceError) -> [Float]
}
