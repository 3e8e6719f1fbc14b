import Common

extension Calibration {
  /// For writing to a file, from the general to the particular.
  package var json: JSONValue {
    .object([
      "version": .integer(Self.version),
      "date": .string(date),
      "filter": .object(["name": .string(identity.filterName), "digest": .string(identity.filterDigest)]),
      "files": .object(identity.files.map { JSONValue.Member(name: $0.key, value: .string($0.digest)) }),
      "precisions": .object(sorted: identity.precisions, JSONValue.string),
      "falsePositiveRate": .number(falsePositiveRate),
      "images": images.json,
      "fusion": fused.json(detectors.map(\.name)),
      "groups": .array(groups.map { group in json(of: group.score, group) }),
      "witnesses": .array(witnesses.witnesses.map(\.json)),
      "exits": exits?.json(witnesses),
      "attacks": .array(
        attacks.map { attack in
          .object([
            "name": .string(attack.name), "images": .integer(attack.sample.count),
            "flaggedUnseen": .integer(attack.flaggedUnseen),
            "fusionWithout": heldOut[attack.name]?.fused.json(detectors.map(\.name)),
            "groupsWithout": heldOut[attack.name].map { heldOut in
              .array(zip(groups, heldOut.groups).map { json(of: $1, $0) })
            },
            "sample": .array(attack.sample.map(JSONValue.string)),
          ])
        }),
      "detectors": .array(
        detectors.map { detector in
          .object([
            "name": .string(detector.name), "kind": .string(detector.kind), "weight": .number(detector.weight),
            "group": .string(detector.group),
            "waitsFor": .array(detector.witnesses.map { .string(witnesses.names[$0]) }), "clean": detector.clean.json,
            "byConfidence": detector.byConfidence.json,
          ])
        }),
      "baseline": baseline?.json,
      "sample": .array(images.sample.map(JSONValue.string)),
    ])
  }

  private func json(of score: FusedScore, _ group: Group) -> JSONValue {
    .object([
      "name": .string(group.name), "score": score.json(group.members.map { detectors[$0].name }),
    ])
  }

  static let version = 3
}

extension MeasuredWitness {
  fileprivate var json: JSONValue {
    .object([
      "name": .string(name), "milliseconds": .number(milliseconds, decimals: 3), "private": .bool(isPrivate),
    ])
  }
}

extension EarlyExits {
  fileprivate func json(_ order: WitnessOrder) -> JSONValue {
    .object([
      "certificate": certificate.json,
      "after": .array(
        exits.map { exit in
          .object([
            "asked": .array(exit.asked.map { .string(order.names[$0]) }),
            "quantile": .number(exit.quantile, decimals: 6),
            "leastOpenness": .number(exit.leastOpenness, decimals: 9),
          ])
        }),
    ])
  }
}

extension EarlyExits.Certificate {
  fileprivate var json: JSONValue {
    .object([
      "budget": .number(terms.budget), "rule": .string(terms.rule.rawValue),
      "shares": .object(sorted: terms.shares) { .number($0) },
      "privateWitnesses": .array(terms.privateWitnesses.map(JSONValue.string)), "drawsOrder": .bool(terms.drawsOrder),
      "lostDetections": .number(terms.limit.lostDetections), "confidence": .number(terms.limit.confidence),
      "firstQuantile": firstQuantile.map { .number($0, decimals: 6) },
      "attacks": .array(attacks.map(JSONValue.string)), "detections": .integer(counts.detections),
      "losses": .integer(counts.losses), "bound": .number(counts.bound, decimals: 6),
      "cleanImages": .integer(counts.cleanImages), "cleanExits": .integer(counts.cleanExits),
      "cleanExitsFlagged": .integer(counts.cleanExitsFlagged),
      "callsPerCleanImage": callsPerCleanImage.map { .number($0, decimals: 3) },
    ])
  }
}

extension ConditionalDistribution {
  fileprivate var json: JSONValue {
    .array(
      neighbourhoods.map { .object(["confidence": .number($0.confidence, decimals: 6), "clean": $0.clean.json]) })
  }
}

extension Calibration.CleanImages {
  fileprivate var json: JSONValue {
    .object([
      "digest": .string(digest), "count": .integer(count),
      "kinds": .object(sorted: kinds, JSONValue.integer),
    ])
  }
}

extension FusedScore {
  fileprivate func json(_ names: [String]) -> JSONValue {
    .object([
      "weightsFrom": .string(origin.rawValue),
      "weights": .object(zip(names, weights).map { JSONValue.Member(name: $0, value: .number($1, decimals: 6)) }),
      "clean": clean.json,
    ])
  }
}

extension StratifiedDistribution {
  /// A stratum that has the images of a wider one, as all of colour may be JPEG, names that instead of repeating its scores.
  fileprivate var json: JSONValue {
    .object(
      strata.sorted { $0.key < $1.key }.map { name, stratum in
        let same = widest(equalTo: stratum, named: name).map { JSONValue.object(["sameAs": .string($0)]) }
        return JSONValue.Member(name: name, value: same ?? stratum.json)
      })
  }

  /// The widest of the strata around one that is equal to it. No wider one is equal to that, so that it is written with its scores.
  private func widest(equalTo stratum: Stratum, named name: String) -> String? {
    ImageOrigin.strata(around: name).first { strata[$0] == stratum }
  }
}

extension StratifiedDistribution.Stratum {
  fileprivate var json: JSONValue {
    .object(["all": all.json, "kinds": kinds.isEmpty ? nil : .object(sorted: kinds, \.json)])
  }
}

extension CleanDistribution {
  /// Scores keep as many digits as verdicts show of them.
  private static let decimals = 9

  /// Whether every clean score is kept, so that what lies above one is what scores at least the next.
  private var isComplete: Bool {
    zip(knots, knots.dropFirst()).allSatisfy { $0.above == $1.atLeast } && knots.last.map { $0.above == 0 } ?? true
  }

  /// Whether every kept score is of one image.
  private var isSingle: Bool { knots.allSatisfy { $0.above == $0.atLeast - 1 } }

  fileprivate var json: JSONValue {
    .object([
      "count": .integer(count),
      "tailStart": tail.map { .number($0.start, decimals: Self.decimals) },
      "tailMean": tail.map { .number($0.mean, decimals: Self.decimals) },
      "scores": .array(knots.map { .number($0.score, decimals: Self.decimals) }),
      "atLeast": .array(knots.map { .integer($0.atLeast) }),
      // Most files are these numbers: what follows from the others is left out.
      "single": !isComplete && isSingle ? .bool(true) : nil,
      "above": isComplete || isSingle ? nil : .array(knots.map { .integer($0.above) }),
    ])
  }
}
