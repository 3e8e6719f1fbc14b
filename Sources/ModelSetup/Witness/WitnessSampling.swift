import Classifiers
import Common
import Decision
import Files
import FilterPipeline
import Pixels
import Preprocessing

/// Collects what the classifier of a filter says of photographs, and what the features of the same views are.
package struct WitnessSampling {
  private let classifier: OpenVINOClassifier
  private let extractor: FeatureExtractor
  private let preparation: ImagePreparation
  private let encoder: TensorEncoder
  /// `WitnessViews.count` for each photograph, itself first.
  package private(set) var samples: [WitnessSample] = []

  /// With fewer, nothing can be said of what a fit does with others.
  package static let leastPhotographs = 30
  package static let recommendedPhotographs = 250
  /// More are passed over: what they add is little, and the fit takes memory for each.
  package static let mostPhotographs = 1000

  /// - Parameters:
  ///   - definition: a filter with a classifier.
  ///   - folder: where a file may lie for a moment.
  /// - Throws: `invalid-filter` for a filter without a classifier; what opening it throws.
  package init(
    _ definition: FilterDefinition, _ network: FeatureNetwork, folder: String, environment: PipelineEnvironment
  ) throws(SluiceError) {
    guard let configured = definition.classifier else {
      throw SluiceError(
        .invalidFilter, "the filter `\(definition.name)` has no classifier that a witness could learn from",
        remedy: "name one under `classifier`")
    }
    classifier = try OpenVINOClassifier(
      definition.settings(of: configured, environment), form: definition.form, environment: environment.variables)
    try classifier.prepare(batch: 1)
    extractor = try FeatureExtractor(network, folder: folder, environment: environment.variables)
    preparation = ImagePreparation(definition)
    encoder = definition.encoder
  }

  /// The files to learn from: all, or as many as are used at most, spread evenly over them.
  ///
  /// - Throws: `unreadable-file` for a path that cannot be read.
  package static func chosen(_ paths: [RawPath]) throws(SluiceError) -> [RawPath] {
    try TrialPhotographs.files(paths, atMost: mostPhotographs)
  }

  /// The first of other files that a witness would learn from: paths of one file may be written in many ways.
  ///
  /// - Throws: `unreadable-file` for a path that cannot be read.
  package static func firstLearned(from photos: [RawPath], among others: [RawPath]) throws(SluiceError) -> RawPath? {
    let learned = Set(try chosen(photos).compactMap { FileStatus($0)?.identity })
    return try TrialPhotographs.files(others).first { FileStatus($0).map { learned.contains($0.identity) } ?? false }
  }

  package var photographCount: Int { samples.count / WitnessViews.count }

  /// Adds a photograph.
  ///
  /// - Throws: what reading, decoding or judging it throws; the sampling goes on without it.
  /// - Complexity: `WitnessViews.count` calls of either model; memory for as many features and scores.
  package mutating func add(_ input: EncodedInput) async throws {
    let image = try preparation.image(of: input)
    var views: [WitnessSample] = []
    try await WitnessViews.forEach(image) { view in
      let prediction = try await classifier.predictions(for: encoder.encoded(view))[0]
      views.append(
        WitnessSample(features: try extractor.features(of: view), logProbabilities: prediction.logProbabilities))
    }
    samples += views
  }

  /// - Throws: `too-few-images`.
  package func checkCount() throws(SluiceError) {
    guard photographCount < Self.leastPhotographs else { return }
    throw SluiceError(
      .tooFewImages,
      "a witness learns from at least \(Self.leastPhotographs) photographs, and there are \(photographCount)",
      remedy: "\(Self.recommendedPhotographs) or more are good; they need no labels")
  }
}
