import Decision

/// Fused scores of clean images under weights and evidence that were fitted without them.
///
/// The images are dealt into folds by their digests; each fold is judged by what the others gave. A variant always lies
/// in the fold of its image.
struct CrossFitting {
  let detectors: [CalibratedDetector]
  let clean: [ScoredImage]
  let adversarial: [ScoredImage]

  static let folds = 5

  /// The weights fitted on everything, and the distribution of clean scores that were fitted on other images.
  func fusedScore() -> FusedScore {
    var samples: [StratifiedDistribution.Sample] = []
    for fold in 0..<Self.folds {
      let (held, kept) = clean.partitioned { $0.fold == fold }
      guard !held.isEmpty else { continue }
      // With one image, or all in one fold, there is nothing else to fit on.
      let model = FusionModel(
        detectors, clean: kept.isEmpty ? held : kept, adversarial: adversarial.filter { $0.fold != fold })
      samples += held.map { .init(score: model.score($0), origin: $0.origin, kind: $0.kind) }
    }
    let weights = FusionModel(detectors, clean: clean, adversarial: adversarial).weights
    return FusedScore(
      origin: adversarial.isEmpty ? .filter : .fitted, weights: weights,
      clean: StratifiedDistribution(samples, keepsKinds: true))
  }
}

/// A calibrated detector before its calibration.
package struct CalibratedDetector: Sendable, Hashable {
  package var name: String
  package var kind: String
  package var weight: Double
  /// Whether its weight may be fitted: detectors that need no predictions keep theirs.
  package var isFitted: Bool

  package init(name: String, kind: String, weight: Double, isFitted: Bool) {
    self.name = name
    self.kind = kind
    self.weight = weight
    self.isFitted = isFitted
  }
}

/// Evidence and weights fitted on one set of images.
struct FusionModel {
  private let distributions: [CleanDistribution]
  let weights: [Double]

  init(_ detectors: [CalibratedDetector], clean: [ScoredImage], adversarial: [ScoredImage]) {
    distributions = detectors.indices.map { index in CleanDistribution(clean.map { $0.scores[index] }) }
    let prior = detectors.map(\.weight)
    guard !adversarial.isEmpty else {
      weights = prior
      return
    }
    let fitting = FusionFitting(prior: prior, isFitted: detectors.map(\.isFitted))
    weights = fitting.weights(Self.examples(clean, adversarial, distributions))
  }

  func score(_ image: ScoredImage) -> Double {
    FusedScore.contributions(Self.evidence(image, distributions), weights).reduce(0, +)
  }

  private static func evidence(_ image: ScoredImage, _ distributions: [CleanDistribution]) -> [Double] {
    zip(distributions, image.scores).map { $0.evidence(of: $1) }
  }

  /// Clean images together count as much as adversarial ones, and each attack as much as any other.
  private static func examples(
    _ clean: [ScoredImage], _ adversarial: [ScoredImage], _ distributions: [CleanDistribution]
  ) -> [FusionFitting.Example] {
    let groups = Dictionary(grouping: adversarial) { "\($0.attack ?? "")/\($0.kind)" }
    let counts = groups.mapValues { Double($0.count * groups.count) }
    let attacked = adversarial.map { image in
      FusionFitting.Example(
        evidence: evidence(image, distributions), isAdversarial: true,
        weight: 1 / (counts["\(image.attack ?? "")/\(image.kind)"] ?? 1))
    }
    return attacked
      + clean.map {
        FusionFitting.Example(
          evidence: evidence($0, distributions), isAdversarial: false, weight: 1 / Double(clean.count))
      }
  }
}

extension ScoredImage {
  /// 0 up to the number of folds, by the image's digest.
  fileprivate var fold: Int { (Int(digest.prefix(6), radix: 16) ?? 0) % CrossFitting.folds }
}

extension [ScoredImage] {
  fileprivate func partitioned(by belongs: (ScoredImage) -> Bool) -> (in: [ScoredImage], out: [ScoredImage]) {
    (filter(belongs), filter { !belongs($0) })
  }
}
