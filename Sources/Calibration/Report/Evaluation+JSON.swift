import Common
import Decision
import FilterPipeline

extension Evaluation {
  /// Everything, for programs: rates with intervals, and every image with its scores.
  package var json: JSONValue {
    .object([
      "title": .string(title),
      "facts": .object(facts.map { JSONValue.Member(name: $0.name, value: .string($0.value)) }),
      "budgets": .array(budgets.map { .number($0) }),
      "judges": .array(
        judges.map {
          .object(["name": .string($0.name), "role": .string($0.role.rawValue), "calls": .integer($0.calls)])
        }),
      "clean": summary(clean, isClean: true),
      "cleanCollections": .array(cleanCollections.map { rates($0) }),
      "attacks": .array(attacks.map { summary($0, isClean: false) }),
      "meanTruePositives": .array(
        judges.indices.map { judge in
          .array(budgets.indices.map { meanRate(judge: judge, budget: $0).map { .number($0) } ?? .null })
        }),
      "protected": protected(goal: .classifier).map {
        .object(["classifier": $0.json, "filter": protected(goal: .filter)?.json])
      },
      "milliseconds": .array(
        judges.indices.map { judge in
          milliseconds(judge: judge).map {
            .object(["median": .number($0.median, decimals: 3), "high": .number($0.high, decimals: 3)])
          } ?? .null
        }),
      "versions": .array(versionNames.map(JSONValue.string)),
      "accuracy": .object([
        "clean": accuracy(clean.images)?.json, "attacked": accuracy(attacks.flatMap(\.images))?.json,
      ]),
      "suggestions": .array(suggestions.map(\.json)),
      "notes": .array((notes + [Self.caveat]).map(JSONValue.string)),
    ])
  }

  /// Of the filter and every other judge, without the images.
  private func rates(_ group: JudgedGroup) -> JSONValue {
    .object([
      "name": .string(group.name), "count": .integer(group.images.count),
      "judges": .array(
        judges.indices.map { judge in
          .object(["flagged": .array(budgets.indices.map { rate(group, judge: judge, budget: $0)?.json ?? .null })])
        }),
    ])
  }

  private func summary(_ group: JudgedGroup, isClean: Bool) -> JSONValue {
    .object([
      "name": .string(group.name), "count": .integer(group.images.count), "leftOut": .integer(group.leftOut),
      "judges": .array(
        judges.indices.map { judge in
          .object([
            "flagged": .array(budgets.indices.map { rate(group, judge: judge, budget: $0)?.json ?? .null }),
            "areaUnderCurve": isClean ? nil : ranks(judge: judge, group).areaUnderCurve.map { .number($0) },
          ])
        }),
      "cost": cost(of: group)?.json,
      "passing": isClean
        ? nil
        : .object([
          "classifier": passing(group, goal: .classifier)?.json, "filter": passing(group, goal: .filter)?.json,
        ]),
      "images": .array(group.images.map(\.json)),
    ])
  }
}

extension DetectorAblation.Suggestion {
  fileprivate var json: JSONValue {
    let attack: String? = if case .ownGroup(let attack) = change { attack } else { nil }
    return .object([
      "detector": .string(detector), "change": .string(attack == nil ? "leaveOut" : "ownGroup"),
      "attack": attack.map(JSONValue.string), "before": before.json, "after": after.json,
    ])
  }
}

extension Evaluation.Cost {
  fileprivate var json: JSONValue {
    .object([
      "calls": .number(calls, decimals: 3), "milliseconds": .number(milliseconds, decimals: 3),
      "flaggedEarly": flaggedEarly.json, "clearedEarly": clearedEarly.json, "lost": lost.json,
    ])
  }
}

extension Rate {
  package var json: JSONValue {
    .object([
      "rate": .number(value), "count": .integer(count), "total": .integer(total),
      "interval": .array([.number(interval.lowerBound), .number(interval.upperBound)]),
    ])
  }
}

extension Evaluation.Accuracy {
  fileprivate var json: JSONValue {
    .object([
      "unfiltered": unfiltered.json, "rightAndForwarded": filtered?.json, "wrongAndForwarded": wrongForwarded?.json,
      "versions": .array(versions.map(\.json)),
    ])
  }
}

extension Evaluation.Image {
  fileprivate var json: JSONValue {
    .object([
      "source": .string(source), "sha256": .string(sha256), "trueClass": trueClass.map(JSONValue.integer),
      "predictedClass": predictedClass.map(JSONValue.integer), "pValue": pValue.map { .number($0) },
      "heldOutOf": heldOutOf.map(JSONValue.string), "refused": isRefused ? .bool(true) : nil,
      "scores": .array(scores.map { $0.map { .number($0) } ?? .null }),
      "flagged": .array(flagged.map { .array($0.map { $0.map { .bool($0) } ?? .null }) }),
      "milliseconds": .array(milliseconds.map { .number($0, decimals: 3) }),
      "way": .object([
        "calls": .number(journey.calls, decimals: 3), "milliseconds": .number(journey.milliseconds, decimals: 3),
        "end": .string(journey.end), "lost": .bool(journey.isLost),
      ]),
    ])
  }
}

extension Evaluation.Journey {
  /// As verdicts say it.
  private var outcome: Verdict.Ending {
    switch ending {
    case nil: .complete
    case .flagged: .flaggedEarly
    case .exit: .clearedEarly
    }
  }

  fileprivate var end: String { outcome.rawValue }
}
