import Classifiers
import Detectors
import Pixels
import Preprocessing

/// An autoencoder at work: gives back the model-size image as the autoencoder understands it.
struct Reconstructor: Sendable {
  let name: String
  /// Whether errors of the autoencoder are for the operator alone, because only private detectors ask it.
  private let isPrivate: Bool
  private let autoencoder: any Autoencoder
  private let normalisation: Normalisation
  private let encoder: TensorEncoder

  /// A reconstruction, rounded to 8 bits, and how far it is from the image before rounding.
  final class Result: Sendable {
    let name: String
    let image: PixelImage
    private let absoluteError: Double
    private let squaredError: Double

    init(_ name: String, _ image: consuming PixelImage, absoluteError: Double, squaredError: Double) {
      self.name = name
      self.image = image
      self.absoluteError = absoluteError
      self.squaredError = squaredError
    }

    func evidence(_ prediction: Prediction) -> PredictionEvidence.Reconstruction {
      .init(prediction: prediction, meanAbsoluteError: absoluteError, meanSquaredError: squaredError)
    }
  }

  init(_ definition: FilterDefinition.ModelDefinition, _ autoencoder: any Autoencoder, isPrivate: Bool) {
    name = definition.name
    self.isPrivate = isPrivate
    self.autoencoder = autoencoder
    normalisation = definition.normalisation
    encoder = definition.tensor.encoder(size: definition.preprocessor.outputSize, definition.normalisation)
  }

  /// - Throws: `classifier-failed`.
  func reconstruct(_ image: borrowing PixelImage) async throws(SluiceError) -> Result {
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
    return Result(name, result, absoluteError: absoluteError / count, squaredError: squaredError / count)
  }

  /// Where a sample of the image stands in the tensor.
  private func place(pixel: Int, channel: Int, pixels: Int, depth: Int) -> Int {
    let ordered = encoder.form.channels == .bgr ? depth - 1 - channel : channel
    return encoder.form.layout == .nchw ? ordered * pixels + pixel : pixel * depth + ordered
  }
}
