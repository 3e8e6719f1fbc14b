import Classifiers
import Common
import Detectors
import Pixels
import Preprocessing
import Squeezers

/// The protected classifier, asked about a squeezed version of the image.
struct SqueezedLook: Witness {
  let isPrivate: Bool
  private let squeezer: any Squeezer
  private let classifier: any Classifier
  private let encoder: TensorEncoder

  /// - Parameters:
  ///   - classifier: takes tensors of the size that the squeezer gives.
  init(_ squeezer: any Squeezer, _ classifier: any Classifier, _ definition: FilterDefinition, isPrivate: Bool) {
    self.squeezer = squeezer
    self.classifier = classifier
    self.isPrivate = isPrivate
    encoder = definition.tensor.encoder(size: classifier.form.size, definition.normalisation, squeezer.sampleValues)
  }

  var name: String { PredictionEvidence.name(of: squeezer) }

  func testify(
    about image: borrowing PixelImage, _ seed: ImageSeed, in evidence: inout PredictionEvidence
  ) async throws(SluiceError) {
    let batch = encoder.encoded(squeezer.squeeze(image, seed: seed))
    evidence.add(try await classifier.predictions(for: batch)[0], squeezedBy: squeezer)
  }
}
