import Decision

/// Fused scores of clean images under weights and evidence that were fitted without them.
///
/// Each fold of the images is judged by what the others gave.
struct CrossFitting {
  let evidence: FoldedEvidence
  /// Places of the detectors that are fused.
  let members: [Int]
  /// Of the members.
  let detectors: [UncalibratedDetector]
  /// Places of the adversarial images that are seen.
  let adversarial: [Int]

  /// - Parameters:
  ///   - attack: left out of the fit, with its pictures wherever else they occur.
  init(_ evidence: FoldedEvidence, _ all: [UncalibratedDetector], members: [Int], leavingOut attack: String? = nil) {
    self.evidence = evidence
    self.members = members
    detectors = members.map { all[$0] }
    let leftOut = Set(evidence.adversarial.filter { attack != nil && $0.attack == attack }.map(\.digest))
    adversarial = evidence.adversarial.indices.filter { !leftOut.contains(evidence.adversarial[$0].digest) }
  }

  /// The weights fitted on everything, and the distribution of clean scores that were fitted on other images.
  func fusedScore() -> FusedScore {
    var samples: [StratifiedDistribution.Sample] = []
    for fold in evidence.folds {
      let weights = weights(
        fold.evidence, clean: fold.kept,
        adversarial: adversarial.filter { evidence.adversarial[$0].fold != fold.number })
      samples += fold.held.map { index in
        let image = evidence.clean[index]
        return .init(score: sum(fold.evidence.clean[index], weights), origin: image.origin, kind: image.kind)
      }
    }
    return FusedScore(
      origin: adversarial.isEmpty ? .filter : .fitted,
      weights: weights(evidence.whole, clean: Array(evidence.clean.indices), adversarial: adversarial),
      clean: StratifiedDistribution(samples, keepsKinds: true))
  }

  private func sum(_ evidence: [Double], _ weights: [Double]) -> Double {
    zip(members, weights).reduce(0) { $0 + evidence[$1.0] * $1.1 }
  }

  private func weights(_ table: FoldedEvidence.Table, clean: [Int], adversarial: [Int]) -> [Double] {
    let prior = detectors.map(\.weight)
    guard !adversarial.isEmpty else { return prior }
    let fitting = FusionFitting(prior: prior, isFitted: detectors.map(\.isFitted))
    return fitting.weights(examples(table, clean: clean, adversarial: adversarial))
  }

  /// Clean images together count as much as adversarial ones, and each attack as much as any other.
  private func examples(
    _ table: FoldedEvidence.Table, clean: [Int], adversarial: [Int]
  ) -> [FusionFitting.Example] {
    func group(_ index: Int) -> String {
      "\(evidence.adversarial[index].attack ?? "")/\(evidence.adversarial[index].kind)"
    }
    let groups = Dictionary(grouping: adversarial, by: group)
    let counts = groups.mapValues { Double($0.count * groups.count) }
    let attacked = adversarial.map { index in
      FusionFitting.Example(
        evidence: members.map { table.adversarial[index][$0] }, isAdversarial: true,
        weight: 1 / (counts[group(index)] ?? 1))
    }
    return attacked
      + clean.map { index in
        FusionFitting.Example(
          evidence: members.map { table.clean[index][$0] }, isAdversarial: false, weight: 1 / Double(clean.count))
      }
  }
}
