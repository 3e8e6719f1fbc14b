import Common
import Decision
import FilterPipeline

/// Makes a calibration of scored images.
package struct CalibrationFitting {
  package let identity: CalibrationIdentity
  package let detectors: [UncalibratedDetector]
  package let terms: Terms
  package let date: String
  /// What detectors wait for, in the order of the filter file; what it takes is measured.
  package let witnesses: [MeasuredWitness]
  /// Whether weights are fitted where there are adversarial images.
  package let fitsWeights: Bool
  /// SHA-256 of bytes, in hexadecimal.
  package let sha256: @Sendable ([UInt8]) -> String

  /// What the filter decides by, for counting what it would flag of an attack that it did not see, and for its early exits.
  package struct Terms: Sendable {
    /// The false positive rate.
    package var budget: Double
    package var rule: DecisionRule
    /// Of the groups, by their names; those that are usual where it is empty.
    package var shares: [String: Double]
    /// What early exits may lose; `nil` for a filter without them.
    package var exitLimit: ExitLimit?
    /// Whether witnesses of like cost are asked in an order that is drawn for each image.
    package var drawsOrder: Bool

    package init(
      budget: Double, rule: DecisionRule = .default, shares: [String: Double] = [:], exitLimit: ExitLimit? = nil,
      drawsOrder: Bool = false
    ) {
      self.budget = budget
      self.rule = rule
      self.shares = shares
      self.exitLimit = exitLimit
      self.drawsOrder = drawsOrder
    }

    /// How a filter with a calibration decides.
    package func decision(_ calibration: Calibration) -> Decision {
      Decision(calibration, rule: rule, budget: budget, shares: shares)
    }
  }

  package init(
    identity: CalibrationIdentity, detectors: [UncalibratedDetector], terms: Terms, date: String,
    witnesses: [MeasuredWitness] = [], fitsWeights: Bool = true, sha256: @escaping @Sendable ([UInt8]) -> String
  ) {
    self.identity = identity
    self.detectors = detectors
    self.terms = terms
    self.date = date
    self.witnesses = witnesses
    self.fitsWeights = fitsWeights
    self.sha256 = sha256
  }

  /// - Throws: `too-few-images` for fewer clean images than the rate needs, or clean images whose scores are all alike.
  /// - Complexity: O(attacks · groups · images · detectors), some thousand times; seconds for tens of thousands of images.
  package func calibration(clean: [ScoredImage], adversarial: [ScoredImage]) throws(SluiceError) -> Calibration {
    try check(clean)
    let evidence = FoldedEvidence(detectors, clean: clean, adversarial: fitsWeights ? adversarial : [])
    let order = order(clean + adversarial)
    let names = Set(adversarial.compactMap(\.attack)).sorted()
    let groups = groupNames
    let scores = fit(evidence, groups)
    var heldOut: [String: Calibration.HeldOut] = [:]
    // Weights that are not fitted know no attack that could be left out.
    for name in names where fitsWeights { heldOut[name] = fit(evidence, groups, leavingOut: name) }
    var calibration = Calibration(
      identity: identity, date: date, falsePositiveRate: terms.budget, images: summary(clean),
      detectors: calibratedDetectors(clean, evidence, order), fused: scores.fused,
      groups: zip(groups, scores.groups).map { .init(name: $0, members: members(of: $0), score: $1) },
      witnesses: order, heldOut: heldOut, baseline: baseline(clean))
    let originals = adversarial.filter { $0.kind == ScoredImage.original }
    calibration.attacks = names.map { name in attack(name, originals.filter { $0.attack == name }, calibration) }
    if let limit = terms.exitLimit { calibration.exits = exits(limit, calibration, clean, originals) }
    return calibration
  }

  /// The witnesses by what they took: the middle of all images, in steps of a hundredth of a millisecond.
  private func order(_ images: [ScoredImage]) -> WitnessOrder {
    WitnessOrder(
      ordering: witnesses.map { witness in
        var measured = witness
        measured.milliseconds = Self.median(images.compactMap { $0.milliseconds[witness.name] })
        return measured
      })
  }

  private static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    return (values.sorted()[values.count / 2] * 100).rounded() / 100
  }

  private func exits(
    _ limit: ExitLimit, _ calibration: Calibration, _ clean: [ScoredImage], _ adversarial: [ScoredImage]
  ) -> EarlyExits {
    ExitCertification(
      decision: terms.decision(calibration), clean: clean, adversarial: adversarial, limit: limit,
      drawsOrder: terms.drawsOrder,
      classifierMilliseconds: Self.median(clean.compactMap { $0.milliseconds[Verdict.Asked.classifier] })
    ).exits()
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

  private func calibratedDetectors(
    _ clean: [ScoredImage], _ evidence: FoldedEvidence, _ order: WitnessOrder
  ) -> [Calibration.CalibratedDetector] {
    detectors.indices.map { index in
      let detector = detectors[index]
      return Calibration.CalibratedDetector(
        name: detector.name, kind: detector.kind, weight: detector.weight, group: detector.group,
        clean: StratifiedDistribution(
          clean.map { .init(score: $0.scores[index], origin: $0.origin, kind: $0.kind) }, keepsKinds: false),
        byConfidence: evidence.distributions[index],
        witnesses: detector.witnesses.compactMap(order.names.firstIndex(of:)))
    }
  }

  private func check(_ clean: [ScoredImage]) throws(SluiceError) {
    let originals = clean.count { $0.kind == ScoredImage.original }
    let needed = StratifiedDistribution.imagesNeeded(for: terms.budget)
    guard originals >= needed else {
      throw SluiceError(
        .tooFewImages,
        "a false positive rate of \(terms.budget) needs at least \(needed) clean images; there are \(originals)",
        remedy: "add clean images, or allow a larger `falsePositiveBudget`")
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
    let decision = terms.decision(calibration)
    let flagged = images.count { decision.decide($0.scores, $0.circumstances, leavingOut: name).isFlagged }
    return Calibration.Attack(
      name: name, sample: images.map { Self.beginning($0.digest) }.sorted(), flaggedUnseen: flagged)
  }

  private static func beginning(_ digest: String) -> String { String(digest.prefix(Calibration.sampleDigits)) }
}
