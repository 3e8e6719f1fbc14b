/// What is known about a filter's scores on clean images, and how its detectors are weighted: what a calibration file
/// holds.
package struct Calibration: Sendable, Hashable {
  /// A calibrated detector.
  package struct CalibratedDetector: Sendable, Hashable {
    package var name: String
    package var kind: String
    /// As the filter file says: its share of the budget, and its weight before any fitting.
    package var weight: Double
    /// The group that it shares a part of the budget with.
    package var group: String
    package var clean: StratifiedDistribution
    /// Clean scores by the classifier's confidence, which evidence is taken from.
    package var byConfidence: ConditionalDistribution
    /// Places of the witnesses that its score waits for.
    package var witnesses: [Int]

    package init(
      name: String, kind: String, weight: Double, group: String, clean: StratifiedDistribution,
      byConfidence: ConditionalDistribution, witnesses: [Int] = []
    ) {
      self.witnesses = witnesses
      self.name = name
      self.kind = kind
      self.weight = weight
      self.group = group
      self.clean = clean
      self.byConfidence = byConfidence
    }
  }

  /// Detectors whose evidence adds up, with clean sums of their own.
  package struct Group: Sendable, Hashable {
    package var name: String
    /// Places among the detectors.
    package var members: [Int]
    /// One weight a member.
    package var score: FusedScore

    package init(name: String, members: [Int], score: FusedScore) {
      self.name = name
      self.members = members
      self.score = score
    }
  }

  /// Weights and clean sums that one attack was left out of.
  package struct HeldOut: Sendable, Hashable {
    package var fused: FusedScore
    /// In the order of the groups.
    package var groups: [FusedScore]

    package init(fused: FusedScore, groups: [FusedScore]) {
      self.fused = fused
      self.groups = groups
    }
  }

  /// The clean images that it was made from.
  package struct CleanImages: Sendable, Hashable {
    /// SHA-256 of the sorted digests of the images, one a line.
    package var digest: String
    /// Images with all their variants.
    package var count: Int
    /// How many there are of each kind: as they came, or changed.
    package var kinds: [String: Int]
    /// Beginnings of the images' digests, sorted: so that an evaluation can tell when it uses the same images.
    package var sample: [String]

    package init(digest: String, count: Int, kinds: [String: Int], sample: [String]) {
      self.digest = digest
      self.count = count
      self.kinds = kinds
      self.sample = sample
    }

    /// The kind of an image that is as it came.
    package static let original = "original"

    /// How many images there are as they came.
    package var photographs: Int { kinds[Self.original] ?? count }
  }

  /// Adversarial images that the fusion was fitted on.
  package struct Attack: Sendable, Hashable {
    package var name: String
    /// Beginnings of the images' digests, sorted.
    package var sample: [String]
    /// How many of its images a fit without it flags, at the target rate.
    package var flaggedUnseen: Int

    package init(name: String, sample: [String], flaggedUnseen: Int) {
      self.name = name
      self.sample = sample
      self.flaggedUnseen = flaggedUnseen
    }
  }

  /// What the calibration is for, and refuses to be used without.
  package var identity: CalibrationIdentity
  /// The day it was made, as in 2026-11-24.
  package var date: String
  /// The false positive rate that the fit aimed at; the filter's budget decides.
  package var falsePositiveRate: Double
  package var images: CleanImages
  package var detectors: [CalibratedDetector]
  package var fused: FusedScore
  /// In the order in which detectors first name them.
  package var groups: [Group]
  /// What detectors wait for, in the order in which it is asked.
  package var witnesses: WitnessOrder
  /// Where images may leave before everything was asked; `nil` where the filter wants no exits.
  package var exits: EarlyExits?
  /// Attacks that the weights were fitted on; empty where only clean images were seen.
  package var attacks: [Attack]
  /// For each attack, what was fitted without it.
  package var heldOut: [String: HeldOut]
  /// Clean scores of the published baseline, for comparing with it.
  package var baseline: StratifiedDistribution?

  package init(
    identity: CalibrationIdentity, date: String, falsePositiveRate: Double, images: CleanImages,
    detectors: [CalibratedDetector], fused: FusedScore, groups: [Group], witnesses: WitnessOrder = WitnessOrder([]),
    exits: EarlyExits? = nil, attacks: [Attack] = [], heldOut: [String: HeldOut] = [:],
    baseline: StratifiedDistribution? = nil
  ) {
    self.witnesses = witnesses
    self.exits = exits
    self.identity = identity
    self.date = date
    self.falsePositiveRate = falsePositiveRate
    self.images = images
    self.detectors = detectors
    self.fused = fused
    self.groups = groups
    self.attacks = attacks
    self.heldOut = heldOut
    self.baseline = baseline
  }

  /// So many hexadecimal digits of a digest tell images apart.
  package static let sampleDigits = 16

  /// The attack that an image was fitted under, by its digest.
  ///
  /// - Parameters:
  ///   - name: which one is meant where several came to the image, perhaps with a part of its path before it.
  package func attack(of digest: String, named name: String? = nil) -> String? {
    let beginning = String(digest.prefix(Self.sampleDigits))
    let holding = attacks.filter { $0.sample.holdsSorted(beginning) }
    let meant = holding.first { $0.name == name } ?? holding.first { name?.hasSuffix("/" + $0.name) == true }
    return (meant ?? holding.first)?.name
  }

  /// Whether the image is one of the clean images of the calibration.
  package func hasClean(_ digest: String) -> Bool {
    images.sample.holdsSorted(String(digest.prefix(Self.sampleDigits)))
  }
}

/// The parts of a filter that its scores depend on, by their digests.
package struct CalibrationIdentity: Sendable, Hashable {
  package struct File: Sendable, Hashable {
    /// Its key in the filter file, as in `classifier` or `models.second`.
    package var key: String
    package var digest: String

    package init(key: String, digest: String) {
      self.key = key
      self.digest = digest
    }
  }

  package var filterName: String
  /// Of everything in the filter file that scores and weights depend on: not of comments, budget, rule and what is
  /// forwarded.
  package var filterDigest: String
  /// Models, references and activation ranges; and of models that the engine is kept from computing wrongly, how it is.
  package var files: [File]
  /// The arithmetic that models are computed in, as `f32`, `bf16` and `int8`, by what is asked: `classifier`, `looks`,
  /// `models.NAME`.
  package var precisions: [String: String]

  /// Under which key there is the arithmetic of the looks that witnesses take.
  package static let looks = "looks"

  private static let arithmeticEnding = ".arithmetic"

  /// Under which key there is how the engine is kept from computing a model wrongly.
  package static func arithmetic(of model: String) -> String { model + arithmeticEnding }

  /// The model of such a key; `nil` for another one.
  static func model(ofArithmetic key: String) -> String? {
    key.hasSuffix(arithmeticEnding) ? String(key.dropLast(arithmeticEnding.count)) : nil
  }

  package init(filterName: String, filterDigest: String, files: [File], precisions: [String: String] = [:]) {
    self.filterName = filterName
    self.filterDigest = filterDigest
    self.files = files
    self.precisions = precisions
  }
}

extension [String] {
  /// Whether a sorted array holds the element.
  fileprivate func holdsSorted(_ element: String) -> Bool {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == element
  }
}
