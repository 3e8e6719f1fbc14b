import Classifiers
import Squeezers

/// The label-flip test of Liang et al. (Detecting Adversarial Image Examples with Adaptive Noise Reduction, TDSC 2021):
/// does the class survive quantisation and smoothing as strong as the image's entropy allows?
///
/// The score is the margin by which the squeezed image is another class, max over other classes of q − q(class of the
/// image): −1…1, above 0 where another class is likelier than the image's, and 0 at a tie. A threshold of 0 is the published rule.
package struct LabelFlip: PredictionDetector {
  package static let kind = DetectorKind(
    .labelFlip, "margin by which the entropy-quantised image is another class; above 0 the label flips",
    source: "Liang et al. 2021 (TDSC)", needs: .predictions, calls: "1", defaultThreshold: 0
  ) { _ in LabelFlip() }

  private let squeezer = EntropyQuantisation()

  package init() {}

  package var squeezers: [any Squeezer] { [squeezer] }

  package func score(_ evidence: PredictionEvidence) -> DetectorScore {
    let squeezed = evidence.prediction(squeezedBy: squeezer)
    let label = evidence.original.topClass
    let rival = squeezed.probabilities.indices.filter { $0 != label }.map { squeezed.probabilities[$0] }.max() ?? 0
    let margin = Double(rival) - Double(squeezed.probabilities[label])
    var score = DetectorScore(
      margin, margin > 0 ? "the class changes when noise is reduced" : "the class stays the same when noise is reduced")
    score.squeezed = [evidence.squeezed(by: squeezer, .changedLabel)]
    return score
  }
}
