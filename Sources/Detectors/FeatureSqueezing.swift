import Classifiers
import Squeezers

/// Feature squeezing (Xu, Evans, Qi, NDSS 2018): the score is the largest distance, over the squeezers, between what
/// the classifier says about the image and about its squeezed version.
///
/// A clean image survives squeezing with its prediction nearly unchanged; an adversarial one often does not. An
/// attacker who knows the squeezers and optimises against them passes (He et al., WOOT 2017).
package struct FeatureSqueezing: PredictionDetector {
  /// A squeezer, and how its effect is measured.
  package struct Witness: Sendable {
    package let squeezer: any Squeezer
    package let distance: Distance
    /// What the distance is divided by before the largest is taken, so that different distances can be compared.
    package let scale: Double

    package init(_ squeezer: any Squeezer, _ distance: Distance, scale: Double = 1) {
      precondition(FeatureSqueezing.scaleRange.contains(scale))
      self.squeezer = squeezer
      self.distance = distance
      self.scale = scale
    }
  }

  package static let squeezerCountRange = 1...16
  package static let scaleRange = 1e-6...1e6

  package static let kind = DetectorKind(
    "featureSqueezing", "largest distance between the predictions of the image and of its squeezed versions",
    source: "Xu, Evans, Qi 2018", needs: .predictions, calls: "one a squeezer",
    parameters: [Distance.parameter, Distance.topParameter],
    entries: [
      .init("squeezers", "1 to 16 of them; each may have a distance, top and scale of its own"),
      .init(
        "twoSided", isRequired: false,
        "center and spread of ln(distance) over clean images, and the confidence from which stability counts"),
    ])

  package let witnesses: [Witness]
  package let twoSided: TwoSidedForm?

  /// - Precondition: the number of witnesses lies in `squeezerCountRange`.
  package init(_ witnesses: [Witness], twoSided: TwoSidedForm? = nil) {
    precondition(Self.squeezerCountRange.contains(witnesses.count))
    self.witnesses = witnesses
    self.twoSided = twoSided
  }

  package var squeezers: [any Squeezer] { witnesses.map(\.squeezer) }

  package func score(_ evidence: PredictionEvidence) -> DetectorScore {
    let seen = witnesses.map { evidence.squeezed(by: $0.squeezer, $0.distance) }
    let scaled = zip(seen, witnesses).map { $0.distance / $1.scale }
    let joint = scaled.max() ?? 0
    let strongest = scaled.firstIndex(of: joint) ?? 0
    var score = DetectorScore(
      joint, evidence.sentence(about: seen, lead: "\(seen[strongest].squeezer) moves the prediction most"))
    score.squeezed = seen
    twoSided?.apply(to: &score, joint: joint, confidence: Double(evidence.original.topProbability))
    return score
  }
}
