import Classifiers
import Common
import Squeezers

/// Disagreement within an ensemble: the Jensen-Shannon divergence of the predictions of the protected classifier and of
/// any number of further models (Lin 1991; Lakshminarayanan, Pritzel, Blundell 2017).
package struct EnsembleDisagreement: PredictionDetector {
  package static let modelCountRange = 1...8

  package static let kind = DetectorKind(
    .ensembleDisagreement, "Jensen-Shannon divergence of the predictions of several models",
    source: "Lin 1991; Lakshminarayanan, Pritzel, Blundell 2017", needs: .secondModel, calls: "1 of each model",
    entries: [modelsEntry]
  ) { (arguments) throws(SluiceError) in
    EnsembleDisagreement(models: try arguments.models(modelsEntry, count: modelCountRange))
  }
  private static let modelsEntry = DetectorKind.Entry("models", "1 to 8 names under models")

  package let models: [String]

  /// - Precondition: the number of models lies in `modelCountRange`.
  package init(models: [String]) {
    precondition(Self.modelCountRange.contains(models.count))
    self.models = models
  }

  package func score(_ evidence: PredictionEvidence) -> DetectorScore {
    let others = models.map(evidence.prediction(ofModel:))
    let dissenting = zip(models, others).filter { $1.topClass != evidence.original.topClass }.map(\.0)
    return DetectorScore(
      jensenShannonDivergence([evidence.original] + others),
      dissenting.isEmpty
        ? "all \(models.count + 1) models see the same class"
        : "another class is seen by " + dissenting.joined(separator: ", "))
  }
}
