import Classifiers
import Common
import Squeezers

/// Consistency under transforms that a classifier was trained to be indifferent to, a mirror or a small shift: the mean
/// distance between the prediction of the image and of its transformed versions.
///
/// Where feature squeezing asks which squeezer hurts most, this asks whether the answer holds up on average: one
/// transform that happens to move a clean image does not decide.
package struct TransformConsistency: PredictionDetector {
  package static let transformCountRange = 1...8

  package static let kind = DetectorKind(
    .transformConsistency, "mean distance between the predictions of the image and of its transformed versions",
    source: "Tian, Yang, Cai 2018; Xie et al. 2018", needs: .predictions, calls: "one a transform",
    parameters: [Distance.parameter, Distance.topParameter], entries: [transformsEntry]
  ) { (arguments) throws(SluiceError) in
    TransformConsistency(
      transforms: try arguments.squeezers(transformsEntry, count: transformCountRange) ?? defaultTransforms,
      distance: try arguments.distance())
  }
  private static let transformsEntry = DetectorKind.Entry(
    "transforms", isRequired: false, "1 to 8 squeezers; by default mirror and a shift by 2,2")

  package static let defaultTransforms: [any Squeezer] = [Mirror(), Shift(x: 2, y: 2)]

  package let squeezers: [any Squeezer]
  package let distance: Distance

  /// - Precondition: the number of transforms lies in `transformCountRange`.
  package init(transforms: [any Squeezer] = defaultTransforms, distance: Distance) {
    precondition(Self.transformCountRange.contains(transforms.count))
    squeezers = transforms
    self.distance = distance
  }

  package func score(_ evidence: PredictionEvidence) -> DetectorScore {
    let seen = squeezers.map { evidence.squeezed(by: $0, distance) }
    let mean = seen.reduce(0) { $0 + $1.distance } / Double(seen.count)
    var score = DetectorScore(mean, evidence.sentence(about: seen, lead: "\(seen.count) transforms compared"))
    score.squeezed = seen
    return score
  }
}
