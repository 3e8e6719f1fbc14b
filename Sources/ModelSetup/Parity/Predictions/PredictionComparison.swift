import Classifiers
import Common
import FilterPipeline
import Pixels

/// Compares what a model server says of images with what a filter's own model says of them here.
///
/// Images are added one by one; only the few that settings are tried with stay in memory.
package struct PredictionComparison {
  let tensors: PictureTensors
  let classifier: any Classifier
  let server: any ServedPredictions
  let way: ServedWay
  /// How far the probability of a class may be apart and count as equal.
  let tolerance: Double
  private let ownKind: ScoreKind
  private(set) var reading: ServedScoreReading?
  private(set) var images: [PredictionReport.Image] = []
  /// The images that are furthest apart, the furthest first.
  private var worst: [Kept] = []
  /// The first that is equal: what makes the others equal must leave it so.
  private var equal: Kept?

  private static let mostKept = 3
  package static let toleranceRange: ClosedRange<Double> = 0...1

  /// An image with what the two say of it.
  struct Kept: Sendable {
    let source: String
    let file: [UInt8]
    let own: [Float]
    let served: [Float]
    let largest: Double
  }

  /// - Parameters:
  ///   - scores: what the numbers of the classifier stand for.
  ///   - tolerance: of probabilities.
  package init(
    _ definition: FilterDefinition, _ classifier: any Classifier, scores: ScoreKind, server: any ServedPredictions,
    way: ServedWay, tolerance: Double
  ) {
    tensors = PictureTensors(definition)
    self.classifier = classifier
    ownKind = scores
    self.server = server
    self.way = way
    self.tolerance = tolerance
  }

  /// Asks both about one image.
  ///
  /// - Parameters:
  ///   - source: what the report calls it.
  /// - Throws: what decoding throws; `classifier-failed`; what the server's trouble is called.
  /// - Complexity: decoding, preparation and one call of each model.
  package mutating func add(_ source: String, _ file: [UInt8]) async throws(SluiceError) {
    let own = try await ownProbabilities(file, tensors.own)
    let scores =
      switch way {
      case .tensor(let form): try await servedScores(file, tensors.own, form)
      case .file: try await server.scores(ofFile: file)
      }
    let reading = reading ?? ServedScoreReading(scores, own: ownKind)
    self.reading = reading
    let served = try Self.probabilities(scores, reading)
    let image = PredictionReport.Image(source: source, own: own, served: served)
    images.append(image)
    let kept = Kept(source: source, file: file, own: own, served: served, largest: image.largest)
    if image.largest <= tolerance {
      if equal == nil { equal = kept }
      return
    }
    worst.append(kept)
    worst.sort { $0.largest > $1.largest }
    if worst.count > Self.mostKept { worst.removeLast() }
  }

  /// The images that settings are tried with.
  var kept: [Kept] { worst + (equal.map { [$0] } ?? []) }

  var isEqual: Bool { worst.isEmpty }

  func ownProbabilities(_ file: [UInt8], _ setting: PredictionSetting) async throws(SluiceError) -> [Float] {
    // Whatever its channels are, the classifier takes them for those of the filter.
    let batch = TensorBatch(form: classifier.form, bytes: try tensors.tensor(file, setting))
    return try await classifier.predictions(for: batch)[0].probabilities
  }

  /// - Precondition: the server has answered before.
  func servedProbabilities(
    _ file: [UInt8], _ setting: PredictionSetting, _ form: TensorForm
  ) async throws(SluiceError) -> [Float] {
    guard let reading else { preconditionFailure("an answer was read before") }
    return try Self.probabilities(try await servedScores(file, setting, form), reading)
  }

  private func servedScores(
    _ file: [UInt8], _ setting: PredictionSetting, _ form: TensorForm
  ) async throws(SluiceError) -> [Float] {
    try await server.scores(of: try tensors.tensor(file, setting, as: form), form)
  }

  private static func probabilities(
    _ scores: [Float], _ reading: ServedScoreReading
  ) throws(SluiceError) -> [Float] {
    do throws(SluiceError) {
      return try reading.probabilities(scores)
    } catch {
      throw SluiceError(
        .classifierFailed,
        "the server gave \(reading.name) for the first image, and now something else: \(error.message)",
        remedy: "check that one model serves all requests")
    }
  }
}
