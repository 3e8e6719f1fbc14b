import Classifiers
import Common
import Squeezers

/// Feature squeezing (Xu, Evans, Qi, NDSS 2018): the score is the largest distance, over the squeezers, between what
/// the classifier says about the image and about its squeezed version.
///
/// A clean image survives squeezing with its prediction nearly unchanged; an adversarial one often does not. An
/// attacker who knows the squeezers and optimises against them passes (He et al., WOOT 2017).
package struct FeatureSqueezing: PredictionDetector {
  package static let squeezerCountRange = 1...16

  package static let kind = DetectorKind(
    .featureSqueezing, "largest distance between the predictions of the image and of its squeezed versions",
    source: "Xu, Evans, Qi 2018", needs: .predictions, calls: "one a squeezer",
    parameters: [Distance.parameter, Distance.topParameter],
    entries: [squeezersEntry, twoSidedEntry]
  ) { (arguments) throws(SluiceError) in
    FeatureSqueezing(
      try arguments.comparisons(squeezersEntry, count: squeezerCountRange),
      twoSided: try arguments.values(of: TwoSidedForm.parameters, under: twoSidedEntry).map { TwoSidedForm($0) })
  }
  private static let squeezersEntry = DetectorKind.Entry(
    "squeezers", "1 to 16 squeezers; each may have its own distance, top and scale")
  private static let twoSidedEntry = DetectorKind.Entry(
    "twoSided", isRequired: false,
    "center and spread of ln(distance) over clean images, and the confidence from which stability counts")

  package let comparisons: [SqueezerComparison]
  package let twoSided: TwoSidedForm?

  /// - Precondition: the number of comparisons lies in `squeezerCountRange`.
  package init(_ comparisons: [SqueezerComparison], twoSided: TwoSidedForm? = nil) {
    precondition(Self.squeezerCountRange.contains(comparisons.count))
    self.comparisons = comparisons
    self.twoSided = twoSided
  }

  package var squeezers: [any Squeezer] { comparisons.map(\.squeezer) }

  package func score(_ evidence: PredictionEvidence) -> DetectorScore {
    let seen = comparisons.map { evidence.squeezed(by: $0.squeezer, $0.distance) }
    let scaled = zip(seen, comparisons).map { $0.distance / $1.scale }
    let joint = scaled.max() ?? 0
    let strongest = scaled.firstIndex(of: joint) ?? 0
    var score = DetectorScore(
      joint, evidence.sentence(about: seen, lead: "\(seen[strongest].squeezer) moves the prediction most"))
    score.squeezed = seen
    twoSided?.apply(to: &score, joint: joint, confidence: Double(evidence.original.topProbability))
    return score
  }
}

extension FeatureSqueezing {
  /// The joint detector that its authors found best on ImageNet (Xu, Evans, Qi 2018, table VI): what others compare with.
  package static let published = FeatureSqueezing([
    SqueezerComparison(BitDepth(bits: 5), .l1), SqueezerComparison(Median(window: 2), .l1),
    SqueezerComparison(NonLocalMeans(search: 11, patch: 3, strength: 4), .l1),
  ])
}
