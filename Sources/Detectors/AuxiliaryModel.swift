import Classifiers
import Common
import Squeezers

/// A second opinion: the distance between the protected classifier's prediction and that of a second model, distilled
/// from it (Papernot et al. 2016) or trained independently.
///
/// An attack made for one model often means something else to another, and one that fools both must be made for both.
/// Log probabilities of the protected classifier are divided by `temperature` first: above 1 that softens it to what a
/// distilled model was trained on.
package struct AuxiliaryModel: PredictionDetector {
  package static let temperatureRange = 0.1...100.0

  package static let kind = DetectorKind(
    .auxiliaryModel, "distance between the classifier's prediction at a temperature and a second model's",
    source: "Papernot et al. 2016; Vacanti, Van Looveren 2020", needs: .secondModel, calls: "1 of the second model",
    parameters: [Distance.parameter, Distance.topParameter, temperatureParameter],
    entries: [modelEntry]
  ) { (arguments) throws(SluiceError) in
    AuxiliaryModel(
      model: try arguments.model(modelEntry), distance: try arguments.distance(),
      temperature: arguments.values.number(temperatureParameter))
  }
  private static let modelEntry = DetectorKind.Entry("model", "a name under models")
  private static let temperatureParameter = Parameter.number(
    "temperature", temperatureRange, default: 1, "softens the protected classifier where it is above 1")

  package let model: String
  package let distance: Distance
  package let temperature: Double

  /// - Precondition: `temperature` lies in its range.
  package init(model: String, distance: Distance, temperature: Double = 1) {
    precondition(Self.temperatureRange.contains(temperature))
    self.model = model
    self.distance = distance
    self.temperature = temperature
  }

  package var models: [String] { [model] }

  package func score(_ evidence: PredictionEvidence) -> DetectorScore {
    let second = evidence.prediction(ofModel: model)
    let value = distance.between(evidence.original.softened(by: temperature), second)
    let agrees = second.topClass == evidence.original.topClass
    var score = DetectorScore(
      value, agrees ? "\(model) sees the same class" : "\(model) sees class \(second.topClass) instead")
    score.measurements = [
      .init("\(model) class", Double(second.topClass)), .init("\(model) probability", Double(second.topProbability)),
    ]
    return score
  }
}
