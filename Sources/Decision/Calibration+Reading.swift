import FoundationEssentials
import Pixels

extension Calibration {
  /// Calibrations of twenty detectors and a hundred strata stay below.
  package static let mostBytes = 100_000_000

  /// - Throws: `invalid-calibration` for anything but what `json` writes.
  package init(json bytes: [UInt8]) throws(SluiceError) {
    let contents: Contents
    do {
      contents = try JSONDecoder().decode(Contents.self, from: Data(bytes))
    } catch {
      throw Self.invalid("is not what `sluice calibrate` writes: \(Self.place(of: error))")
    }
    guard contents.version == Self.version else {
      throw Self.invalid("is of version \(contents.version); this program reads version \(Self.version)")
    }
    try self.init(contents)
  }

  private init(_ contents: Contents) throws(SluiceError) {
    let detectors = try contents.detectors.map { (detector) throws(SluiceError) in
      guard detector.weight.isFinite, detector.weight >= 0 else { throw Self.invalid("has a negative weight") }
      return Detector(
        name: detector.name, kind: detector.kind, weight: detector.weight, clean: try Self.distribution(detector.clean))
    }
    let names = detectors.map(\.name)
    guard Set(names).count == names.count else { throw Self.invalid("names a detector twice") }
    guard contents.falsePositiveRate > 0, contents.falsePositiveRate < 1 else {
      throw Self.invalid("has a false positive rate that is not between 0 and 1")
    }
    var heldOut: [String: FusedScore] = [:]
    for attack in contents.attacks {
      if let fusion = attack.fusionWithout { heldOut[attack.name] = try Self.fusion(fusion, names) }
    }
    self.init(
      identity: CalibrationIdentity(
        filterName: contents.filter.name, filterDigest: contents.filter.digest,
        files: contents.files.sorted { $0.key < $1.key }.map { .init(key: $0, digest: $1) }),
      date: contents.date, falsePositiveRate: contents.falsePositiveRate,
      images: CleanImages(
        digest: contents.images.digest, count: contents.images.count, kinds: contents.images.kinds,
        sample: contents.sample.sorted()),
      detectors: detectors, fused: try Self.fusion(contents.fusion, names),
      attacks: contents.attacks.map {
        Attack(name: $0.name, sample: $0.sample.sorted(), flaggedUnseen: $0.flaggedUnseen)
      },
      heldOut: heldOut,
      baseline: try contents.baseline.map { (baseline) throws(SluiceError) in try Self.distribution(baseline) })
  }

  private static func fusion(_ contents: Contents.Fusion, _ names: [String]) throws(SluiceError) -> FusedScore {
    guard let origin = FusedScore.Origin(rawValue: contents.weightsFrom) else {
      throw invalid("has weights from `\(contents.weightsFrom)`")
    }
    let weights = names.compactMap { contents.weights[$0] }
    guard weights.count == names.count, contents.weights.count == names.count,
      weights.allSatisfy({ $0.isFinite && $0 >= 0 })
    else { throw invalid("must have one weight, 0 or more, for each detector") }
    return FusedScore(origin: origin, weights: weights, clean: try distribution(contents.clean))
  }

  private static func distribution(_ contents: [String: Contents.Stratum]) throws(SluiceError) -> StratifiedDistribution
  {
    var strata: [String: StratifiedDistribution.Stratum] = [:]
    for (name, stratum) in contents {
      var kinds: [String: CleanDistribution] = [:]
      for (kind, scores) in stratum.kinds ?? [:] { kinds[kind] = try scores.checked() }
      strata[name] = .init(all: try stratum.all.checked(), kinds: kinds)
    }
    guard strata[ImageOrigin.everything] != nil else { throw invalid("lacks the scores of all images") }
    return StratifiedDistribution(strata: strata)
  }

  fileprivate static func invalid(_ problem: String) -> SluiceError {
    SluiceError(.invalidCalibration, "the calibration \(problem)", remedy: "calibrate again with `sluice calibrate`")
  }

  private static func place(of error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, _): "it lacks the key `\(key.stringValue)`"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "`\(context.codingPath.map(\.stringValue).joined(separator: "."))` is of another type"
    default: "not valid JSON"
    }
  }

  private struct Contents: Decodable {
    let version: Int
    let date: String
    let filter: Filter
    let files: [String: String]
    let falsePositiveRate: Double
    let images: Images
    let fusion: Fusion
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

    struct Attack: Decodable {
      let name: String
      let flaggedUnseen: Int
      let fusionWithout: Fusion?
      let sample: [String]
    }

    struct Detector: Decodable {
      let name: String
      let kind: String
      let weight: Double
      let clean: [String: Stratum]
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
      let above: [Int]?

      /// - Throws: `invalid-calibration` unless scores ascend and the numbers of images fit them.
      func checked() throws(SluiceError) -> CleanDistribution {
        let above = above ?? Array(atLeast.dropFirst() + [0].prefix(atLeast.count))
        let knots = zip(scores, zip(atLeast, above)).map {
          CleanDistribution.Knot(score: $0, atLeast: $1.0, above: $1.1)
        }
        let ascends = zip(knots, knots.dropFirst()).allSatisfy {
          $0.score < $1.score && $0.above >= $1.atLeast
        }
        guard scores.count == atLeast.count, scores.count == above.count, ascends,
          knots.allSatisfy({ $0.score.isFinite && 0 <= $0.above && $0.above < $0.atLeast && $0.atLeast <= count }),
          (tailStart == nil) == (tailMean == nil), tailMean.map({ $0 > 0 }) ?? true
        else { throw Calibration.invalid("has clean scores that contradict themselves") }
        var tail: CleanDistribution.Tail?
        if let tailStart, let tailMean { tail = .init(start: tailStart, mean: tailMean) }
        return CleanDistribution(count: count, knots: knots, tail: tail)
      }
    }
  }
}
