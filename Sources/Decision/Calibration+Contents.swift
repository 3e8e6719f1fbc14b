import Common

extension Calibration {
  /// What the file of a calibration contains, before anything of it is compared.
  struct Contents: Decodable {
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

    /// Scores of its own, or the name of a stratum with the same ones.
    struct Stratum: Decodable {
      let all: Scores?
      let kinds: [String: Scores]?
      let sameAs: String?
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
