import Classifiers
import Common
import Files
import FilterPipeline
import Pixels
import Preprocessing

/// Gives the features of pictures, by the network that a witness begins with.
struct FeatureExtractor {
  private let prepared: PreparedModel
  private let output: ModelTensor
  private let preprocessor: Preprocessor
  private let encoder: TensorEncoder
  private let count: Int

  /// - Parameters:
  ///   - folder: where the network lies for a moment: the engine reads models from files.
  /// - Throws: `unwritable-output`, `engine-not-found`, `engine-failed`; `model-mismatch` where the network gives something else.
  init(_ network: FeatureNetwork, folder: String, environment: [String: String]) throws(SluiceError) {
    let path = "\(folder)/.features-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    let model = network.alone
    defer { for ending in [".xml", ".bin"] { try? removeFile(path + ending) } }
    try replaceFile(path + ".bin", with: model.weights, permissions: .forOwnerAlone)
    try replaceFile(path + ".xml", with: model.document, permissions: .forOwnerAlone)
    let probe = try ModelProbe(path: path + ".xml", environment: environment)
    guard let input = probe.inputs.first, probe.inputs.count == 1 else {
      throw SluiceError(.modelMismatch, "the network \(FeatureNetwork.place) has \(probe.inputs.count) inputs")
    }
    prepared = try probe.prepared(for: input, shape: FeatureNetwork.form.shape(batch: 1))
    guard let output = prepared.outputs.first, output.count == network.featureCount else {
      throw SluiceError(.modelMismatch, "the network \(FeatureNetwork.place) does not give its features")
    }
    self.output = output
    count = network.featureCount
    preprocessor = try Preprocessor(steps: [.resizeExactly(FeatureNetwork.size, .bilinear)], channels: .rgb)
    encoder = TensorEncoder(form: FeatureNetwork.form, normalisation: FeatureNetwork.normalisation)
  }

  /// - Parameters:
  ///   - image: a picture at the size of the classifier, of any channels.
  /// - Throws: `classifier-failed`.
  func features(of image: borrowing PixelImage) throws(SluiceError) -> [Float] {
    let batch = encoder.encoded(preprocessor.trappingApply(to: image.clone()))
    let features = try prepared.values(of: batch.bytes, output: output)
    guard features.count == count, features.allSatisfy(\.isFinite) else {
      throw SluiceError(
        .classifierFailed, "the network \(FeatureNetwork.place) gave a feature that is no finite number")
    }
    return features
  }
}
