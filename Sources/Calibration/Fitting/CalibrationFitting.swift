import Decision
import Pixels

/// Makes a calibration of scored images.
package struct CalibrationFitting {
  package let identity: CalibrationIdentity
  package let detectors: [CalibratedDetector]
  package let falsePositiveRate: Double
  package let date: String
  /// What the filter decides by, for counting what it would flag of an attack that it did not see.
  package let rule: DecisionRule
  package let shares: [String: Double]
  /// SHA-256 of bytes, in hexadecimal.
  package let sha256: @Sendable ([UInt8]) -> String

  package init(
    identity: CalibrationIdentity, detectors: [CalibratedDetector], falsePositiveRate: Double, date: String,
    rule: DecisionRule = .standard, shares: [String: Double] = [:],
    sha256: @escaping @Sendable ([UInt8]) -> String
  ) {
    self.identity = identity
    self.detectors = detectors
    self.falsePositiveRate = falsePositiveRate
    self.date = date
    self.rule = rule
    self.shares = shares
    self.sha256 = sha256
  }

  /// - Throws: `too-few-images` for fewer clean images than the rate needs, or clean images whose scores are all alike.
  /// - Complexity: O(attacks · groups · images · detectors), some thousand times; seconds for tens of thousands of images.
  package func calibration(clean: [ScoredImage], adversarial: [ScoredImage]) throws(SluiceError) -> Calibration {
    try check(clean)
    let evidence = FoldedEvidence(detectors, clean: clean, adversarial: adversarial)
    let names = Set(adversarial.compactMap(\.attack)).sorted()
    let groups = groupNames
    let scores = fit(evidence, groups)
    var heldOut: [String: Calibration.HeldOut] = [:]
    for name in names { heldOut[name] = fit(evidence, groups, leavingOut: name) }
    var calibration = Calibration(
      identity: identity, date: date, falsePositiveRate: falsePositiveRate, images: summary(clean),
      detectors: calibratedDetectors(clean, evidence), fused: scores.fused,
      groups: zip(groups, scores.groups).map { .init(name: $0, members: members(of: $0), score: $1) },
      heldOut: heldOut, baseline: baseline(clean))
    calibration.attacks = names.map { name in
      attack(name, adversarial.filter { $0.attack == name && $0.kind == ScoredImage.original }, calibration)
    }
    return calibration
  }

  /// In the order in which detectors first name them.
  private var groupNames: [String] {
    var seen: Set<String> = []
    return detectors.map(\.group).filter { seen.insert($0).inserted }
  }

  private func members(of group: String) -> [Int] { detectors.indices.filter { detectors[$0].group == group } }

  /// The fused score of all detectors, and that of each group.
  private func fit(
    _ evidence: FoldedEvidence, _ groups: [String], leavingOut attack: String? = nil
  ) -> Calibration.HeldOut {
    func score(_ members: [Int]) -> FusedScore {
      CrossFitting(evidence, detectors, members: members, leavingOut: attack).fusedScore()
    }
    return .init(fused: score(Array(detectors.indices)), groups: groups.map { score(members(of: $0)) })
  }

  private func calibratedDetectors(_ clean: [ScoredImage], _ evidence: FoldedEvidence) -> [Calibration.Detector] {
    detectors.indices.map { index in
      let detector = detectors[index]
      return Calibration.Detector(
        name: detector.name, kind: detector.kind, weight: detector.weight, group: detector.group,
        clean: StratifiedDistribution(
          clean.map { .init(score: $0.scores[index], origin: $0.origin, kind: $0.kind) }, keepsKinds: false),
        byConfidence: evidence.distributions[index])
    }
  }

  private func check(_ clean: [ScoredImage]) throws(SluiceError) {
    let originals = clean.count { $0.kind == ScoredImage.original }
    let needed = StratifiedDistribution.imagesNeeded(for: falsePositiveRate)
    guard originals >= needed else {
      throw SluiceError(
        .tooFewImages,
        "a false positive rate of \(falsePositiveRate) needs at least \(needed) clean images; there are \(originals)",
        remedy: "add clean images, or aim at a higher rate with --fpr")
    }
    guard originals > 1, Set(clean.map(\.scores)).count > 1 else {
      throw SluiceError(
        .tooFewImages, "all \(clean.count) clean images have the same scores",
        remedy: "calibrate on different images, as the filter will see them")
    }
  }

  private func summary(_ clean: [ScoredImage]) -> Calibration.CleanImages {
    let digests = Set(clean.map(\.digest)).sorted()
    return Calibration.CleanImages(
      digest: sha256(Array(digests.map { $0 + "\n" }.joined().utf8)), count: clean.count,
      kinds: Dictionary(grouping: clean, by: \.kind).mapValues(\.count), sample: digests.map(Self.beginning))
  }

  /// The published rule knows neither strata nor variants.
  private func baseline(_ clean: [ScoredImage]) -> StratifiedDistribution? {
    let originals = clean.filter { $0.kind == ScoredImage.original }
    guard originals.contains(where: { $0.baseline != nil }) else { return nil }
    let scores = CleanDistribution(originals.map(\.baseline), keepsAll: true)
    return StratifiedDistribution(strata: [ImageOrigin.everything: .init(all: scores)])
  }

  private func attack(_ name: String, _ images: [ScoredImage], _ calibration: Calibration) -> Calibration.Attack {
    let decision = Decision(calibration, rule: rule, budget: falsePositiveRate, shares: shares)
    let flagged = images.count { decision.decide($0.scores, $0.circumstances, leavingOut: name).isFlagged }
    return Calibration.Attack(
      name: name, sample: images.map { Self.beginning($0.digest) }.sorted(), flaggedUnseen: flagged)
  }

  private static func beginning(_ digest: String) -> String { String(digest.prefix(Calibration.sampleDigits)) }
}
