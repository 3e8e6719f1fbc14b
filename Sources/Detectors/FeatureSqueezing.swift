import Classifiers
import Pixels
import Squeezers

/// Feature squeezing (Xu, Evans, Qi, NDSS 2018): the score is the largest distance, over the squeezers, between what
/// the classifier says about the image and about its squeezed version.
///
/// A clean image survives squeezing with its prediction nearly unchanged; an adversarial one often does not. An
/// attacker who knows the squeezers and optimises against them passes (He et al., WOOT 2017).
/// Needs predictions; costs one classifier call for each squeezer.
package struct FeatureSqueezing: Detector {
  package static let squeezerCountRange = 1...16

  package let kind = "featureSqueezing"
  package let squeezers: [any Squeezer]
  package let distance: Distance

  /// - Precondition: the number of squeezers lies in `squeezerCountRange`.
  package init(squeezers: [any Squeezer], distance: Distance) {
    precondition(Self.squeezerCountRange.contains(squeezers.count))
    self.squeezers = squeezers
    self.distance = distance
  }

  package func score(_ evidence: Evidence) -> DetectorScore {
    let witnesses = squeezers.map { squeezer in
      guard let squeezed = evidence.squeezed[squeezer.description] else {
        preconditionFailure("no prediction for the image squeezed by \(squeezer.description)")
      }
      return DetectorScore.SqueezerEvidence(
        squeezer: squeezer.description, distance: distance.between(evidence.original, squeezed),
        topClass: squeezed.topClass, topProbability: squeezed.topProbability)
    }
    let value = witnesses.map(\.distance).max() ?? 0
    return DetectorScore(
      value: value, sentence: sentence(about: witnesses, original: evidence.original.topClass),
      detail: DetectorScore.Detail(distance: distance, squeezers: witnesses))
  }

  private func sentence(about witnesses: [DetectorScore.SqueezerEvidence], original: Int) -> String {
    let changed = witnesses.filter { $0.topClass != original }.map(\.squeezer)
    guard let strongest = witnesses.max(by: { $0.distance < $1.distance }) else { return "" }
    let moved = "\(strongest.squeezer) moves the prediction most"
    return changed.isEmpty
      ? moved + "; every squeezed version keeps the class"
      : moved + "; the class changes under " + changed.joined(separator: ", ")
  }
}
