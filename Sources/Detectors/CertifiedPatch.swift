import Classifiers
import Common
import Pixels
import Squeezers

/// Certified evidence of an adversarial patch: the Minority Report rule (McCoyd et al. 2020) over PatchCleanser's
/// covering masks (Xiang et al. 2022). Each mask hides one part of the image; the score is the highest confidence of a
/// masked prediction that disagrees with the image's class, 0 where none does.
///
/// What is certified, for a threshold τ: if every masked version of a clean image is classified correctly with a
/// confidence above τ, then no square patch of at most `patch` pixels a side, wherever it is put and whatever it
/// contains, makes the classifier err on that image without this detector's score exceeding τ. One of the masks hides
/// the whole patch, and what remains is the masked clean image. Nothing is certified for larger patches, for several
/// patches that no one mask covers, or for perturbations that are no patch.
package struct CertifiedPatch: PredictionDetector {
  package static let patchRange = 1...512
  package static let masksPerAxisRange = 1...8

  package static let kind = DetectorKind(
    .certifiedPatch,
    "highest confidence of a prediction that disagrees when one of a covering set of masks is applied",
    source: "Minority Report, McCoyd et al. 2020; PatchCleanser, Xiang et al. 2022", needs: .predictions,
    calls: "masks²: 9, or 36 for 6 an axis", parameters: [patchParameter, masksParameter]
  ) { arguments in
    CertifiedPatch(
      size: arguments.modelSize, patch: arguments.values.integer(patchParameter),
      masksPerAxis: arguments.values.integer(masksParameter))
  }
  private static let patchParameter = Parameter.integer(
    "patch", patchRange, default: 32, "side of the largest patch that is certified, in pixels of the model-size image")
  private static let masksParameter = Parameter.integer(
    "masks", masksPerAxisRange, default: 3, "masks along each axis; more masks each hide less of the image")

  package let masks: PatchMasks
  private let occlusions: [Occlusion]

  package init(size: PixelSize, patch: Int, masksPerAxis: Int) {
    precondition(Self.patchRange.contains(patch) && Self.masksPerAxisRange.contains(masksPerAxis))
    masks = PatchMasks(covering: size, patch: patch, perAxis: masksPerAxis)
    occlusions = masks.regions.map(Occlusion.init)
  }

  package var squeezers: [any Squeezer] { occlusions }

  package func score(_ evidence: PredictionEvidence) -> DetectorScore {
    let label = evidence.original.topClass
    let seen = occlusions.map { evidence.squeezed(by: $0, .changedLabel) }
    let dissenting = seen.indices.filter { seen[$0].topClass != label }
    guard let strongest = dissenting.max(by: { seen[$0].topProbability < seen[$1].topProbability }) else {
      return DetectorScore(0, "all \(seen.count) masked versions keep the class")
    }
    var score = DetectorScore(
      Double(seen[strongest].topProbability),
      "\(dissenting.count) of \(seen.count) masked versions have another class; the most confident is class "
        + "\(seen[strongest].topClass)")
    score.region = masks.regions[strongest]
    score.squeezed = dissenting.map { seen[$0] }
    return score
  }
}
