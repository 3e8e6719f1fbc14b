import Classifiers
import Squeezers

/// What the classifier, and further models, say about one image and its squeezed versions, as far as they were asked.
package struct PredictionEvidence: Sendable {
  package let original: Prediction
  private var squeezed: [String: Prediction]
  private var models: [String: Prediction]
  private var reconstructions: [String: Reconstruction]
  /// What witnesses took, by their names.
  private var milliseconds: [String: Double] = [:]

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
  package init(
    original: Prediction, squeezed: [String: Prediction] = [:], models: [String: Prediction] = [:],
    reconstructions: [String: Reconstruction] = [:]
  ) {
    self.original = original
    self.squeezed = squeezed
    self.models = models
    self.reconstructions = reconstructions
  }

  package mutating func add(_ prediction: Prediction, squeezedBy squeezer: any Squeezer) {
    squeezed[squeezer.description] = prediction
  }

  package mutating func add(_ prediction: Prediction, ofModel name: String) { models[name] = prediction }

  package mutating func add(_ reconstruction: Reconstruction, by autoencoder: String) {
    reconstructions[autoencoder] = reconstruction
  }

  /// Notes what a witness took.
  package mutating func noteCost(_ milliseconds: Double, of witness: String) {
    self.milliseconds[witness] = milliseconds
  }

  /// Whether there is everything that a detector asks for.
  package func suffices(for detector: any PredictionDetector) -> Bool {
    detector.squeezers.allSatisfy { squeezed[$0.description] != nil }
      && detector.models.allSatisfy { models[$0] != nil }
      && detector.autoencoders.allSatisfy { reconstructions[$0] != nil }
  }

  /// What the evidence that a detector asks for took; the prediction of the image itself belongs to nobody.
  package func milliseconds(for detector: any PredictionDetector) -> Double {
    Self.witnesses(of: detector).reduce(0) { $0 + (milliseconds[$1] ?? 0) }
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

extension PredictionEvidence {
  /// What a witness is called in verdicts and calibrations: a look of the classifier by the squeezer's description, which
  /// begins with its key; models by their kind and name.
  package static func name(of squeezer: any Squeezer) -> String { squeezer.description }
  package static func name(ofModel name: String) -> String { "model \(name)" }
  package static func name(ofAutoencoder name: String) -> String { "autoencoder \(name)" }

  /// The names of all witnesses that a detector asks for.
  package static func witnesses(of detector: any PredictionDetector) -> [String] {
    detector.squeezers.map { name(of: $0) } + detector.models.map { name(ofModel: $0) }
      + detector.autoencoders.map { name(ofAutoencoder: $0) }
  }
}
