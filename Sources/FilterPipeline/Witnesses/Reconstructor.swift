import Classifiers
import Common
import Detectors
import Pixels
import Preprocessing
import Squeezers

/// The protected classifier, asked about the image as an autoencoder understands it.
struct Reconstructor: Witness {
  private let model: String
  /// Whether errors of the autoencoder are for the operator alone, because only private detectors ask it.
  let isPrivate: Bool
  private let autoencoder: any Autoencoder
  private let classifier: any Classifier
  private let classifierEncoder: TensorEncoder
  private let normalisation: Normalisation
  private let encoder: TensorEncoder

  /// A reconstruction, rounded to 8 bits, and how far it is from the image before rounding.
  private struct Result: ~Copyable {
    let image: PixelImage
    let absoluteError: Double
    let squaredError: Double
  }

  init(
    _ definition: FilterDefinition.ModelDefinition, _ autoencoder: any Autoencoder, _ classifier: any Classifier,
    _ filter: FilterDefinition, isPrivate: Bool
  ) {
    model = definition.name
    self.isPrivate = isPrivate
    self.classifier = classifier
    classifierEncoder = filter.encoder(.unit)
    self.autoencoder = autoencoder
    normalisation = definition.normalisation
    encoder = definition.encoder
  }

  var name: String { PredictionEvidence.name(ofAutoencoder: model) }

  func testify(
    about image: borrowing PixelImage, _ seed: ImageSeed, in evidence: inout PredictionEvidence
  ) async throws(SluiceError) {
    let result = try await reconstruct(image)
    let batch = classifierEncoder.encoded(result.image)
    let prediction = try await classifier.predictions(for: batch)[0]
    evidence.add(
      .init(
        prediction: prediction, meanAbsoluteError: result.absoluteError, meanSquaredError: result.squaredError),
      by: model)
  }

  private func reconstruct(_ image: borrowing PixelImage) async throws(SluiceError) -> Result {
    var batch = TensorBatch(form: encoder.form, count: 1)
    encoder.encode(image, into: &batch, at: 0)
    let values: [Float]
    do throws(SluiceError) { values = try await autoencoder.reconstruction(of: batch) } catch {
      throw error.keptPrivate(isPrivate)
    }
    var result = PixelImage(size: image.size, channels: image.channels)
    let depth = image.channels.rawValue
    var (absoluteError, squaredError) = (0.0, 0.0)
    let source = image.samples
    var target = result.mutableSamples
    for index in 0..<source.count {
      let channel = index % depth
      let real = values[place(pixel: index / depth, channel: channel, pixels: image.size.area, depth: depth)]
      let value = min(max(real * normalisation.standardDeviation[channel] + normalisation.mean[channel], 0), 1)
      let error = abs(Double(value) - Double(source[index]) / 255)
      absoluteError += error
      squaredError += error * error
      target[index] = UInt8((value * 255).rounded())
    }
    let count = Double(source.count)
    return Result(image: result, absoluteError: absoluteError / count, squaredError: squaredError / count)
  }

  /// Where a sample of the image stands in the tensor.
  private func place(pixel: Int, channel: Int, pixels: Int, depth: Int) -> Int {
    let ordered = encoder.form.channels == .bgr ? depth - 1 - channel : channel
    return encoder.form.layout == .nchw ? ordered * pixels + pixel : pixel * depth + ordered
  }
}
