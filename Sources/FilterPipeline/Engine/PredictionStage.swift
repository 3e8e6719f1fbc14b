import Classifiers
import Detectors
import Pixels
import Preprocessing
import Squeezers

/// Asks the models about one image: the classifier about the image, its squeezed versions and its reconstructions, each
/// further model about the image.
struct PredictionStage: Sendable {
  let classifier: any Classifier
  let squeezers: [any Squeezer]
  let models: [SecondOpinion]
  let autoencoders: [Reconstructor]
  private let originalEncoder: TensorEncoder
  private let squeezedEncoders: [TensorEncoder]
  /// How many images are in each call of the classifier.
  private let groups: [Range<Int>]

  init(
    _ classifier: any Classifier, _ definition: FilterDefinition, squeezers: [any Squeezer],
    models: [SecondOpinion], autoencoders: [Reconstructor]
  ) {
    self.classifier = classifier
    self.squeezers = squeezers
    self.models = models
    self.autoencoders = autoencoders
    groups = Self.groups(definition)
    originalEncoder = definition.encoder(.unit)
    squeezedEncoders = squeezers.map { definition.encoder($0.sampleValues) }
  }

  /// How many images are in each call of the classifier: as few calls as permitted, of sizes as equal as possible.
  static func groups(_ definition: FilterDefinition) -> [Range<Int>] {
    let total = 1 + definition.detectorSqueezers.count + definition.askedAutoencoders.count
    let calls = (total + definition.maxBatch - 1) / definition.maxBatch
    let size = (total + calls - 1) / calls
    return stride(from: 0, to: total, by: size).map { $0..<min(total, $0 + size) }
  }

  /// - Throws: `classifier-failed`.
  /// - Complexity: one squeeze for each squeezer, `groups.count` calls of the classifier, one of each further model.
  func evidence(about image: borrowing PixelImage, seed: ImageSeed) async throws(SluiceError) -> PredictionEvidence {
    var costs = PredictionEvidence.Costs()
    var watch = Stopwatch()
    var reconstructions: [Reconstructor.Result] = []
    for autoencoder in autoencoders {
      reconstructions.append(try await autoencoder.reconstruct(image))
      costs.reconstructions[reconstructions[reconstructions.count - 1].name] = watch.lap()
    }
    var predictions: [Prediction] = []
    for group in groups {
      let batch = batch(of: group, image, seed, reconstructions, &costs)
      _ = watch.lap()
      predictions += try await classifier.predictions(for: batch)
      note(watch.lap() / Double(group.count), for: group, reconstructions, &costs)
    }
    var opinions: [String: Prediction] = [:]
    for model in models {
      opinions[model.name] = try await model.prediction(of: image)
      costs.models[model.name] = watch.lap()
    }
    let squeezed = zip(squeezers, predictions[1...]).map { ($0.description, $1) }
    let reconstructed = zip(reconstructions, predictions[(1 + squeezers.count)...]).map { ($0.name, $0.evidence($1)) }
    return PredictionEvidence(
      original: predictions[0], squeezed: Dictionary(squeezed) { first, _ in first }, models: opinions,
      reconstructions: Dictionary(reconstructed) { first, _ in first }, milliseconds: costs)
  }

  /// Adds an equal part of a batch's time to each version in it.
  private func note(
    _ milliseconds: Double, for group: Range<Int>, _ reconstructions: [Reconstructor.Result],
    _ costs: inout PredictionEvidence.Costs
  ) {
    for version in group where version > 0 {
      if version <= squeezers.count {
        costs.squeezed[squeezers[version - 1].description, default: 0] += milliseconds
      } else {
        costs.reconstructions[reconstructions[version - 1 - squeezers.count].name, default: 0] += milliseconds
      }
    }
  }

  /// The versions of the image with numbers in `group`: the image itself, its squeezed versions, its reconstructions.
  private func batch(
    of group: Range<Int>, _ image: borrowing PixelImage, _ seed: ImageSeed, _ reconstructions: [Reconstructor.Result],
    _ costs: inout PredictionEvidence.Costs
  ) -> TensorBatch {
    var batch = TensorBatch(form: classifier.form, count: group.count)
    for (place, version) in group.enumerated() {
      switch version {
      case 0: originalEncoder.encode(image, into: &batch, at: place)
      case ..<(1 + squeezers.count):
        var watch = Stopwatch()
        let squeezed = squeezers[version - 1].squeeze(image, seed: seed)
        squeezedEncoders[version - 1].encode(squeezed, into: &batch, at: place)
        costs.squeezed[squeezers[version - 1].description] = watch.lap()
      default:
        originalEncoder.encode(reconstructions[version - 1 - squeezers.count].image, into: &batch, at: place)
      }
    }
    return batch
  }
}
