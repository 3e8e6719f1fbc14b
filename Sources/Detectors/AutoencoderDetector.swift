import Classifiers
import Common
import Squeezers

/// MagNet's detectors (Meng and Chen, CCS 2017) with an autoencoder that the operator supplies: an image far from those
/// that the autoencoder was trained on is reconstructed badly, or means something else once reconstructed.
package struct AutoencoderDetector: PredictionDetector {
  /// What is looked at.
  package enum Measure: String, Sendable, CaseIterable {
    /// Mean of |x − reconstruction|, samples in [0, 1].
    case absoluteError
    /// Mean of (x − reconstruction)².
    case squaredError
    /// Jensen-Shannon divergence between the predictions of the image and its reconstruction, both at `temperature`.
    case divergence
  }

  package static let temperatureRange = 0.1...100.0

  package static let kind = DetectorKind(
    .autoencoder, "error of an autoencoder's reconstruction, or how differently the classifier sees the reconstruction",
    source: "MagNet, Meng and Chen 2017", needs: .autoencoder, calls: "1, and 1 of the autoencoder",
    parameters: [measureParameter, temperatureParameter], entries: [modelEntry]
  ) { (arguments) throws(SluiceError) in
    AutoencoderDetector(
      model: try arguments.autoencoder(modelEntry),
      measure: arguments.values.choice(measureParameter, as: Measure.self),
      temperature: arguments.values.number(temperatureParameter))
  }
  private static let modelEntry = DetectorKind.Entry("model", "a name under autoencoders")
  private static let measureParameter = Parameter.choice("measure", default: Measure.divergence, "what is looked at")
  private static let temperatureParameter = Parameter.number(
    "temperature", temperatureRange, default: 10, "of both predictions in divergence; MagNet uses 10 and 40")

  package let model: String
  package let measure: Measure
  package let temperature: Double

  /// - Precondition: `temperature` lies in its range.
  package init(model: String, measure: Measure, temperature: Double) {
    precondition(Self.temperatureRange.contains(temperature))
    self.model = model
    self.measure = measure
    self.temperature = temperature
  }

  package var autoencoders: [String] { [model] }

  package func score(_ evidence: PredictionEvidence) -> DetectorScore {
    let seen = evidence.reconstruction(by: model)
    let keepsClass = seen.prediction.topClass == evidence.original.topClass
    var score = DetectorScore(value(seen, evidence), "the reconstruction \(keepsClass ? "keeps" : "changes") the class")
    score.measurements = [
      .init("absoluteError", seen.meanAbsoluteError), .init("squaredError", seen.meanSquaredError),
    ]
    return score
  }

  private func value(_ seen: PredictionEvidence.Reconstruction, _ evidence: PredictionEvidence) -> Double {
    switch measure {
    case .absoluteError: seen.meanAbsoluteError
    case .squaredError: seen.meanSquaredError
    case .divergence:
      jensenShannonDivergence([
        evidence.original.softened(by: temperature), seen.prediction.softened(by: temperature),
      ])
    }
  }
}
