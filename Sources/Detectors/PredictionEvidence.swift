import Classifiers
import Squeezers

/// What the classifier, and further models, say about one image and its squeezed versions.
package struct PredictionEvidence: Sendable {
  package let original: Prediction
  private let squeezed: [String: Prediction]
  private let models: [String: Prediction]
  private let reconstructions: [String: Reconstruction]
  private let milliseconds: Costs

  /// What evidence took, in milliseconds, by the names of squeezers, models and autoencoders.
  package struct Costs: Sendable {
    package var squeezed: [String: Double] = [:]
    package var models: [String: Double] = [:]
    package var reconstructions: [String: Double] = [:]

    package init() {}
  }

  /// What an autoencoder made of the image.
  package struct Reconstruction: Sendable {
    /// What the classifier says about it.
    package let prediction: Prediction
    /// Mean of |x − reconstruction| over all samples, in [0, 1].
    package let meanAbsoluteError: Double
    /// Mean of (x − reconstruction)² over all samples, in [0, 1].
    package let meanSquaredError: Double

    package init(prediction: Prediction, meanAbsoluteError: Double, meanSquaredError: Double) {
      self.prediction = prediction
      self.meanAbsoluteError = meanAbsoluteError
      self.meanSquaredError = meanSquaredError
    }
  }

  /// - Parameters:
  ///   - squeezed: predictions of the squeezed versions, by the squeezer's description.
  ///   - models: predictions of further models about the image, by the model's name.
  ///   - reconstructions: what autoencoders made of the image, by the model's name.
  ///   - milliseconds: what all that took.
  package init(
    original: Prediction, squeezed: [String: Prediction] = [:], models: [String: Prediction] = [:],
    reconstructions: [String: Reconstruction] = [:], milliseconds: Costs = Costs()
  ) {
    self.milliseconds = milliseconds
    self.original = original
    self.squeezed = squeezed
    self.models = models
    self.reconstructions = reconstructions
  }

  /// What the evidence that a detector asks for took; the prediction of the image itself belongs to nobody.
  package func milliseconds(for detector: any PredictionDetector) -> Double {
    detector.squeezers.reduce(0) { $0 + (milliseconds.squeezed[$1.description] ?? 0) }
      + detector.models.reduce(0) { $0 + (milliseconds.models[$1] ?? 0) }
      + detector.autoencoders.reduce(0) { $0 + (milliseconds.reconstructions[$1] ?? 0) }
  }

  /// - Precondition: the evidence has a prediction of that version.
  func prediction(squeezedBy squeezer: any Squeezer) -> Prediction {
    guard let prediction = squeezed[squeezer.description] else {
      preconditionFailure("no prediction for the image squeezed by \(squeezer.description)")
    }
    return prediction
  }

  /// - Precondition: the evidence has a prediction of that model.
  func prediction(ofModel name: String) -> Prediction {
    guard let prediction = models[name] else { preconditionFailure("no prediction of the model \(name)") }
    return prediction
  }

  /// - Precondition: the evidence has a reconstruction by that autoencoder.
  func reconstruction(by name: String) -> Reconstruction {
    guard let reconstruction = reconstructions[name] else {
      preconditionFailure("no reconstruction by the autoencoder \(name)")
    }
    return reconstruction
  }

  /// What one squeezed version says, and how far that is from the original.
  func squeezed(by squeezer: any Squeezer, _ distance: Distance) -> DetectorScore.SqueezedEvidence {
    let prediction = prediction(squeezedBy: squeezer)
    return DetectorScore.SqueezedEvidence(
      squeezer: squeezer.description, distance: distance.between(original, prediction),
      distanceName: distance.description, topClass: prediction.topClass, topProbability: prediction.topProbability)
  }

  /// The lead, and which versions change the class.
  func sentence(about seen: [DetectorScore.SqueezedEvidence], lead: String) -> String {
    let changed = seen.filter { $0.topClass != original.topClass }.map(\.squeezer)
    return changed.isEmpty
      ? lead + "; every version keeps the class" : lead + "; the class changes under " + changed.joined(separator: ", ")
  }
}
