import Decision
import Pixels

/// Makes a calibration of scored images.
package struct CalibrationFitting {
  package let identity: CalibrationIdentity
  package let detectors: [CalibratedDetector]
  package let falsePositiveRate: Double
  package let date: String
  /// SHA-256 of bytes, in hexadecimal.
  package let sha256: @Sendable ([UInt8]) -> String

  package init(
    identity: CalibrationIdentity, detectors: [CalibratedDetector], falsePositiveRate: Double, date: String,
    sha256: @escaping @Sendable ([UInt8]) -> String
  ) {
    self.identity = identity
    self.detectors = detectors
    self.falsePositiveRate = falsePositiveRate
    self.date = date
    self.sha256 = sha256
  }

  /// - Throws: `too-few-images` for fewer clean images than the rate needs, or clean images whose scores are all alike.
  /// - Complexity: O(attacks · images · detectors), some thousand times; seconds for tens of thousands of images.
  package func calibration(clean: [ScoredImage], adversarial: [ScoredImage]) throws(SluiceError) -> Calibration {
    try check(clean)
    let fused = CrossFitting(detectors: detectors, clean: clean, adversarial: adversarial).fusedScore()
    let names = Set(adversarial.compactMap(\.attack)).sorted()
    var heldOut: [String: FusedScore] = [:]
    for name in names {
      heldOut[name] =
        CrossFitting(detectors: detectors, clean: clean, adversarial: adversarial.filter { $0.attack != name })
        .fusedScore()
    }
    var calibration = Calibration(
      identity: identity, date: date, falsePositiveRate: falsePositiveRate, images: summary(clean),
      detectors: detectors.indices.map { index in
        Calibration.Detector(
          name: detectors[index].name, kind: detectors[index].kind, weight: detectors[index].weight,
          clean: StratifiedDistribution(
            clean.map { .init(score: $0.scores[index], origin: $0.origin, kind: $0.kind) }, keepsKinds: false))
      },
      fused: fused, heldOut: heldOut, baseline: baseline(clean))
    calibration.attacks = names.map { name in
      attack(name, adversarial.filter { $0.attack == name && $0.kind == ScoredImage.original }, calibration)
    }
    return calibration
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
    let decision = Decision(calibration, rule: .fused, budget: falsePositiveRate)
    let flagged = images.count { decision.decide($0.scores, from: $0.origin, leavingOut: name).isFlagged }
    return Calibration.Attack(
      name: name, sample: images.map { Self.beginning($0.digest) }.sorted(), flaggedUnseen: flagged)
  }

  private static func beginning(_ digest: String) -> String { String(digest.prefix(Calibration.sampleDigits)) }
}
