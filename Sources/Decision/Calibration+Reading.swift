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
  static let countRange = 0...100_000_000
  /// Filter files permit weights up to 1000, and fitting leaves the mean of them as it was.
  private static let weightRange = 0.0...1e9

  private init(_ contents: Contents) throws(SluiceError) {
    guard contents.falsePositiveRate > 0, contents.falsePositiveRate < 1 else {
      throw Self.invalid("has a false positive rate that is not between 0 and 1")
    }
    let images = try Self.images(contents)
    let witnesses = try Self.witnesses(contents.witnesses)
    let detectors = try Self.detectors(contents.detectors, witnesses, of: images.count)
    let groups = try Self.groups(contents.groups, detectors, of: images.count)
    self.init(
      identity: CalibrationIdentity(
        filterName: contents.filter.name, filterDigest: contents.filter.digest,
        files: contents.files.sorted { $0.key < $1.key }.map { .init(key: $0, digest: $1) },
        precisions: contents.precisions),
      date: contents.date, falsePositiveRate: contents.falsePositiveRate, images: images, detectors: detectors,
      fused: try Self.fusion(contents.fusion, detectors.map(\.name), of: images.count), groups: groups,
      witnesses: witnesses,
      exits: try contents.exits.map { (exits) throws(SluiceError) in try exits.checked(witnesses) },
      attacks: contents.attacks.map {
        Attack(name: $0.name, sample: $0.sample.sorted(), flaggedUnseen: $0.flaggedUnseen)
      },
      heldOut: try Self.heldOut(contents.attacks, detectors, groups, of: images.count),
      baseline: try contents.baseline.map { (baseline) throws(SluiceError) in
        try Self.distribution(baseline, of: 1...images.count)
      })
  }

  private static func witnesses(_ contents: [Contents.Witness]) throws(SluiceError) -> WitnessOrder {
    let witnesses = WitnessOrder(
      try contents.map { (witness) throws(SluiceError) in
        guard witness.milliseconds.isFinite, witness.milliseconds >= 0 else {
          throw invalid("has a witness that takes no time to ask")
        }
        return .init(name: witness.name, milliseconds: witness.milliseconds, isPrivate: witness.private)
      })
    guard Set(witnesses.names).count == witnesses.names.count else { throw invalid("names a witness twice") }
    return witnesses
  }

  private static func detectors(
    _ contents: [Contents.Detector], _ witnesses: WitnessOrder, of images: Int
  ) throws(SluiceError) -> [CalibratedDetector] {
    let detectors = try contents.map { (detector) throws(SluiceError) in
      guard weightRange.contains(detector.weight) else { throw invalid("has a weight that is negative or too large") }
      return CalibratedDetector(
        name: detector.name, kind: detector.kind, weight: detector.weight, group: detector.group,
        clean: try distribution(detector.clean, of: images...images),
        byConfidence: try conditional(detector.byConfidence, of: images),
        witnesses: try places(of: detector.waitsFor, in: witnesses))
    }
    guard Set(detectors.map(\.name)).count == detectors.count else { throw invalid("names a detector twice") }
    return detectors
  }

  /// What was fitted without each attack, where weights were fitted at all.
  private static func heldOut(
    _ attacks: [Contents.Attack], _ detectors: [CalibratedDetector], _ groups: [Group], of images: Int
  ) throws(SluiceError) -> [String: HeldOut] {
    var heldOut: [String: HeldOut] = [:]
    for attack in attacks {
      guard (0...attack.sample.count).contains(attack.flaggedUnseen) else {
        throw invalid("counts more images of an attack than it has")
      }
      guard let fusion = attack.fusionWithout else { continue }
      let groupsWithout = try Self.groups(attack.groupsWithout ?? [], detectors, of: images)
      // From here on, their places alone say which is which.
      guard groupsWithout.map(\.name) == groups.map(\.name) else {
        throw invalid("has groups without an attack in another order")
      }
      heldOut[attack.name] = HeldOut(
        fused: try Self.fusion(fusion, detectors.map(\.name), of: images), groups: groupsWithout.map(\.score))
    }
    return heldOut
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

  static func places(of names: [String], in order: WitnessOrder) throws(SluiceError) -> [Int] {
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
    for (name, stratum) in contents where stratum.sameAs == nil {
      strata[name] = try Self.stratum(stratum, named: name, ofAtMost: all.count)
    }
    let own = strata
    for (name, stratum) in contents {
      guard let other = stratum.sameAs else { continue }
      guard let same = own[other], stratum.all == nil, stratum.kinds == nil else {
        throw invalid("has a stratum `\(name.printable)` that must be the same as another one with scores")
      }
      strata[name] = same
    }
    return StratifiedDistribution(strata: strata)
  }

  private static func stratum(
    _ contents: Contents.Stratum, named name: String, ofAtMost images: Int
  ) throws(SluiceError) -> StratifiedDistribution.Stratum {
    guard let all = contents.all else { throw invalid("lacks the scores of the stratum `\(name.printable)`") }
    let own = try all.checked(ofAtMost: images)
    var kinds: [String: CleanDistribution] = [:]
    for (kind, scores) in contents.kinds ?? [:] { kinds[kind] = try scores.checked(ofAtMost: own.count) }
    return .init(all: own, kinds: kinds)
  }

  static func invalid(_ problem: String) -> SluiceError {
    SluiceError(.invalidCalibration, "the calibration \(problem)", remedy: "calibrate again with `sluice calibrate`")
  }
}
