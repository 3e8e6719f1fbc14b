import Common

extension Calibration {
  /// Calibrations of twenty detectors and a hundred strata stay below.
  package static let maxBytes = 100_000_000

  /// - Throws: `invalid-calibration` for anything but what `json` writes.
  package init(json bytes: [UInt8]) throws(SluiceError) {
    let contents: Contents
    do throws(SluiceError) {
      let value = try JSONValue(reading: bytes.span, limits: Self.limits)
      // Another version has other keys, and is told by its number.
      let version = try Contents.Version(json: value).version
      guard version == Self.version else {
        throw Self.invalid("is of version \(version); this program reads version \(Self.version)")
      }
      contents = try Contents(json: value)
    } catch {
      guard error.code == .invalidJSON else { throw error }
      throw Self.invalid("is not what `sluice calibrate` writes").caused(by: error)
    }
    try self.init(contents)
  }

  private static let limits = JSONValue.Limits(depth: 16, values: 20_000_000, members: 1_000_000)

  /// More than any calibration counts, and so few that ranks and rates of them can be computed.
  fileprivate static let countRange = 0...100_000_000
  /// Filter files permit weights up to 1000, and fitting leaves the mean of them as it was.
  private static let weightRange = 0.0...1e9

  private init(_ contents: Contents) throws(SluiceError) {
    let images = try Self.images(contents)
    let witnesses = WitnessOrder(
      try contents.witnesses.map { (witness) throws(SluiceError) in
        guard witness.milliseconds.isFinite, witness.milliseconds >= 0 else {
          throw Self.invalid("has a witness that takes no time to ask")
        }
        return .init(name: witness.name, milliseconds: witness.milliseconds, isPrivate: witness.private)
      })
    guard Set(witnesses.names).count == witnesses.names.count else { throw Self.invalid("names a witness twice") }
    let detectors = try contents.detectors.map { (detector) throws(SluiceError) in
      guard Self.weightRange.contains(detector.weight) else {
        throw Self.invalid("has a weight that is negative or too large")
      }
      return CalibratedDetector(
        name: detector.name, kind: detector.kind, weight: detector.weight, group: detector.group,
        clean: try Self.distribution(detector.clean, of: images.count...images.count),
        byConfidence: try Self.conditional(detector.byConfidence, of: images.count),
        witnesses: try Self.places(of: detector.waitsFor, in: witnesses))
    }
    let names = detectors.map(\.name)
    guard Set(names).count == names.count else { throw Self.invalid("names a detector twice") }
    guard contents.falsePositiveRate > 0, contents.falsePositiveRate < 1 else {
      throw Self.invalid("has a false positive rate that is not between 0 and 1")
    }
    let groups = try Self.groups(contents.groups, detectors, of: images.count)
    var heldOut: [String: HeldOut] = [:]
    for attack in contents.attacks {
      guard (0...attack.sample.count).contains(attack.flaggedUnseen) else {
        throw Self.invalid("counts more images of an attack than it has")
      }
      guard let fusion = attack.fusionWithout else { continue }
      let groupsWithout = try Self.groups(attack.groupsWithout ?? [], detectors, of: images.count)
      // From here on, their places alone say which is which.
      guard groupsWithout.map(\.name) == groups.map(\.name) else {
        throw Self.invalid("has groups without an attack in another order")
      }
      heldOut[attack.name] = HeldOut(
        fused: try Self.fusion(fusion, names, of: images.count), groups: groupsWithout.map(\.score))
    }
    self.init(
      identity: CalibrationIdentity(
        filterName: contents.filter.name, filterDigest: contents.filter.digest,
        files: contents.files.sorted { $0.key < $1.key }.map { .init(key: $0, digest: $1) },
        precisions: contents.precisions),
      date: contents.date, falsePositiveRate: contents.falsePositiveRate, images: images,
      detectors: detectors, fused: try Self.fusion(contents.fusion, names, of: images.count), groups: groups,
      witnesses: witnesses,
      exits: try contents.exits.map { (exits) throws(SluiceError) in try exits.checked(witnesses) },
      attacks: contents.attacks.map {
        Attack(name: $0.name, sample: $0.sample.sorted(), flaggedUnseen: $0.flaggedUnseen)
      },
      heldOut: heldOut,
      baseline: try contents.baseline.map { (baseline) throws(SluiceError) in
        try Self.distribution(baseline, of: 1...images.count)
      })
  }

  private static func images(_ contents: Contents) throws(SluiceError) -> CleanImages {
    let images = contents.images
    guard countRange.contains(images.count), images.count > 0,
      images.kinds.values.allSatisfy({ 0 <= $0 && $0 <= images.count })
    else { throw invalid("counts its images wrongly") }
    return CleanImages(
      digest: images.digest, count: images.count, kinds: images.kinds, sample: contents.sample.sorted())
  }

  /// Groups of these detectors, each detector in the one that it names.
  private static func groups(
    _ contents: [Contents.Group], _ detectors: [CalibratedDetector], of images: Int
  ) throws(SluiceError) -> [Group] {
    let groups = try contents.map { (group) throws(SluiceError) in
      let members = detectors.indices.filter { detectors[$0].group == group.name }
      return Group(
        name: group.name, members: members,
        score: try fusion(group.score, members.map { detectors[$0].name }, of: images))
    }
    let names = groups.map(\.name)
    guard Set(names).count == names.count, Set(names) == Set(detectors.map(\.group)) else {
      throw invalid("must have every group of detectors once")
    }
    return groups
  }

  fileprivate static func places(of names: [String], in order: WitnessOrder) throws(SluiceError) -> [Int] {
    let places = names.compactMap(order.names.firstIndex(of:))
    guard places.count == names.count else { throw invalid("waits for a witness that it does not name") }
    return places
  }

  private static func conditional(
    _ contents: [Contents.Neighbourhood], of images: Int
  ) throws(SluiceError) -> ConditionalDistribution {
    let confidences = contents.map(\.confidence)
    guard !contents.isEmpty, confidences.allSatisfy(\.isFinite),
      zip(confidences, confidences.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw invalid("must have clean scores in ascending order of confidence") }
    return ConditionalDistribution(
      neighbourhoods: try contents.map { (neighbourhood) throws(SluiceError) in
        .init(confidence: neighbourhood.confidence, clean: try neighbourhood.clean.checked(ofAtMost: images))
      })
  }

  private static func fusion(
    _ contents: Contents.Fusion, _ names: [String], of images: Int
  ) throws(SluiceError) -> FusedScore {
    guard let origin = FusedScore.Origin(rawValue: contents.weightsFrom) else {
      throw invalid("has weights from `\(contents.weightsFrom)`")
    }
    let weights = names.compactMap { contents.weights[$0] }
    guard weights.count == names.count, contents.weights.count == names.count,
      weights.allSatisfy(weightRange.contains)
    else { throw invalid("must have one weight, 0 or more, for each detector") }
    return FusedScore(
      origin: origin, weights: weights, clean: try distribution(contents.clean, of: images...images))
  }

  /// - Parameters:
  ///   - images: how many there may be. Whatever decides is a score of all images, also of those that were abstained from:
  ///     with fewer, p-values would never come below a budget that the number of images permits.
  private static func distribution(
    _ contents: [String: Contents.Stratum], of images: ClosedRange<Int>
  ) throws(SluiceError) -> StratifiedDistribution {
    guard let all = contents[ImageOrigin.everything]?.all else { throw invalid("lacks the scores of all images") }
    guard images.contains(all.count) else {
      throw invalid("has scores of \(all.count) images, and counts \(images.upperBound)")
    }
    var strata: [String: StratifiedDistribution.Stratum] = [:]
    for (name, stratum) in contents {
      let own = try stratum.all.checked(ofAtMost: all.count)
      var kinds: [String: CleanDistribution] = [:]
      for (kind, scores) in stratum.kinds ?? [:] { kinds[kind] = try scores.checked(ofAtMost: own.count) }
      strata[name] = .init(all: own, kinds: kinds)
    }
    return StratifiedDistribution(strata: strata)
  }

  fileprivate static func invalid(_ problem: String) -> SluiceError {
    SluiceError(.invalidCalibration, "the calibration \(problem)", remedy: "calibrate again with `sluice calibrate`")
  }

  fileprivate struct Contents: Decodable {
    struct Version: Decodable {
      let version: Int
    }

    let date: String
    let filter: Filter
    let files: [String: String]
    let falsePositiveRate: Double
    let images: Images
    let fusion: Fusion
    let groups: [Group]
    let precisions: [String: String]
    let witnesses: [Witness]
    let exits: Exits?
    let attacks: [Attack]
    let detectors: [Detector]
    let baseline: [String: Stratum]?
    let sample: [String]

    struct Filter: Decodable {
      let name: String
      let digest: String
    }

    struct Images: Decodable {
      let digest: String
      let count: Int
      let kinds: [String: Int]
    }

    struct Fusion: Decodable {
      let weightsFrom: String
      let weights: [String: Double]
      let clean: [String: Stratum]
    }

    struct Group: Decodable {
      let name: String
      let score: Fusion
    }

    struct Witness: Decodable {
      let name: String
      let milliseconds: Double
      let `private`: Bool
    }

    struct Exits: Decodable {
      struct Exit: Decodable {
        let asked: [String]
        let quantile: Double
        let leastOpenness: Double
      }

      struct Certificate: Decodable {
        let budget: Double
        let rule: String
        let shares: [String: Double]
        let privateWitnesses: [String]
        let drawsOrder: Bool
        let lostDetections: Double
        let confidence: Double
        let firstQuantile: Double?
        let attacks: [String]
        let detections: Int
        let losses: Int
        let bound: Double
        let cleanImages: Int
        let cleanExits: Int
        let cleanExitsFlagged: Int
        let callsPerCleanImage: Double?
      }

      let certificate: Certificate
      let after: [Exit]

      /// - Throws: `invalid-calibration` for counts that contradict each other, and witnesses that are not named.
      func checked(_ order: WitnessOrder) throws(SluiceError) -> EarlyExits {
        let exits = try after.map { (exit) throws(SluiceError) in
          guard (0...1).contains(exit.quantile), exit.leastOpenness >= 0 else {
            throw Calibration.invalid("has an exit that contradicts itself")
          }
          return EarlyExits.Exit(
            asked: try Calibration.places(of: exit.asked, in: order).sorted(), quantile: exit.quantile,
            leastOpenness: exit.leastOpenness)
        }
        guard let rule = DecisionRule(rawValue: certificate.rule),
          0 <= certificate.losses, certificate.losses <= certificate.detections,
          0 <= certificate.cleanExitsFlagged, certificate.cleanExitsFlagged <= certificate.cleanExits,
          certificate.cleanExits <= certificate.cleanImages,
          Calibration.countRange.contains(certificate.detections),
          Calibration.countRange.contains(certificate.cleanImages), (0...1).contains(certificate.bound),
          ExitLimit.lostDetectionsRange.contains(certificate.lostDetections),
          ExitLimit.confidenceRange.contains(certificate.confidence)
        else { throw Calibration.invalid("has a certificate that contradicts itself") }
        return EarlyExits(exits: exits, certificate: .init(certificate, rule))
      }
    }

    struct Neighbourhood: Decodable {
      let confidence: Double
      let clean: Scores
    }

    struct Attack: Decodable {
      let name: String
      let flaggedUnseen: Int
      let fusionWithout: Fusion?
      let groupsWithout: [Group]?
      let sample: [String]
    }

    struct Detector: Decodable {
      let name: String
      let kind: String
      let weight: Double
      let group: String
      let waitsFor: [String]
      let clean: [String: Stratum]
      let byConfidence: [Neighbourhood]
    }

    struct Stratum: Decodable {
      let all: Scores
      let kinds: [String: Scores]?
    }

    struct Scores: Decodable {
      let count: Int
      let tailStart: Double?
      let tailMean: Double?
      let scores: [Double]
      let atLeast: [Int]
      let single: Bool?
      let above: [Int]?

      /// - Throws: `invalid-calibration` unless scores ascend, and the tail and the numbers of images fit them.
      func checked(ofAtMost images: Int) throws(SluiceError) -> CleanDistribution {
        let following = Array(atLeast.dropFirst() + [0].prefix(atLeast.count))
        let above = above ?? (single == true ? atLeast.map { $0 &- 1 } : following)
        let knots = zip(scores, zip(atLeast, above)).map {
          CleanDistribution.Knot(score: $0, atLeast: $1.0, above: $1.1)
        }
        let ascends = zip(knots, knots.dropFirst()).allSatisfy {
          $0.score < $1.score && $0.above >= $1.atLeast
        }
        guard 1 <= count, count <= images, scores.count == atLeast.count, scores.count == above.count, ascends,
          knots.allSatisfy({ $0.score.isFinite && 0 <= $0.above && $0.above < $0.atLeast && $0.atLeast <= count }),
          (tailStart == nil) == (tailMean == nil)
        else { throw Self.contradiction }
        return CleanDistribution(count: count, knots: knots, tail: try tail())
      }

      /// - Throws: `invalid-calibration` for one that begins or falls off where no clean score lies.
      private func tail() throws(SluiceError) -> CleanDistribution.Tail? {
        guard let tailStart, let tailMean else { return nil }
        guard let lowest = scores.first, let highest = scores.last, lowest <= tailStart, tailStart < highest,
          0 < tailMean, tailMean <= (highest - tailStart) * (1 + Self.rounding) + Self.rounding
        else { throw Self.contradiction }
        return .init(start: tailStart, mean: tailMean)
      }

      /// What writing a number may add to it.
      private static let rounding = 1e-8

      private static var contradiction: SluiceError {
        Calibration.invalid("has clean scores that contradict themselves")
      }
    }
  }
}

extension EarlyExits.Certificate {
  fileprivate init(_ contents: Calibration.Contents.Exits.Certificate, _ rule: DecisionRule) {
    self.init(
      terms: Terms(
        budget: contents.budget, rule: rule, shares: contents.shares, privateWitnesses: contents.privateWitnesses,
        drawsOrder: contents.drawsOrder,
        limit: ExitLimit(lostDetections: contents.lostDetections, confidence: contents.confidence)),
      firstQuantile: contents.firstQuantile, attacks: contents.attacks,
      counts: Counts(
        detections: contents.detections, losses: contents.losses, bound: contents.bound,
        cleanExits: contents.cleanExits, cleanExitsFlagged: contents.cleanExitsFlagged,
        cleanImages: contents.cleanImages),
      callsPerCleanImage: contents.callsPerCleanImage)
  }
}
