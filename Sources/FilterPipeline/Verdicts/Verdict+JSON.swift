import Common
import Decision
import Detectors
import ImageCodecs
import Pixels

extension Verdict {
  /// The verdict as one line of JSON, complete: for the operator alone where it has private parts.
  package var json: JSONValue {
    .object([
      "id": .string(String(id)),
      "source": .string(source),
      "offset": offset.map(JSONValue.integer),
      "sha256": sha256.map(JSONValue.string),
      "verdict": .string(outcome.rawValue),
      "action": .string(action),
      "pValue": decision.map { .number($0.pValue.value) },
      "budget": decision.map { .number($0.budget) },
      "compared": decision?.json,
      "filter": .object(["name": .string(filter.name), "digest": .string(filter.digest)]),
      "image": header?.json,
      "prediction": prediction?.json,
      "detectors": detectors.isEmpty ? nil : .array(detectors.map(\.json)),
      "findings": findings.isEmpty ? nil : .array(findings.map(\.json)),
      "way": way,
      "tensor": tensor?.json,
      "error": error?.json,
      "milliseconds": timings.json,
    ])
  }
}

extension Verdict {
  /// What was asked, and where the way of the image ended; `nil` for what was not judged.
  private var way: JSONValue? {
    guard origin != nil else { return nil }
    return .object([
      "asked": .array(asked.map { .string($0.name) }), "end": .string(ending.rawValue),
      "auditedExit": auditedExit.map(JSONValue.string),
      "precisions": filter.precisions.isEmpty
        ? nil
        : .object(
          filter.precisions.sorted { $0.key < $1.key }.map { JSONValue.Member(name: $0.key, value: .string($0.value)) }),
      "private": hasPrivateDetectors ? .bool(true) : nil,
    ])
  }
}

extension Verdict.Together {
  /// Which clean images the p-value was taken from, and the fused score.
  fileprivate var json: JSONValue {
    .object([
      "stratum": .string(pValue.stratum), "images": .integer(pValue.images),
      "fusedScore": fusedScore.map { .number($0, decimals: 4) },
      "groups": groups.isEmpty ? nil : .array(groups.map { $0.json(isPrivate: privateGroups.contains($0.name)) }),
    ])
  }
}

extension Decision.GroupPart {
  fileprivate func json(isPrivate: Bool) -> JSONValue {
    .object([
      "name": .string(name), "private": isPrivate ? .bool(true) : nil, "pValue": .number(pValue),
      "share": .number(share), "flagged": .bool(isFlagged),
    ])
  }
}

extension ImageHeader {
  fileprivate var json: JSONValue {
    .object([
      "format": .string(format.rawValue), "width": .integer(size.width), "height": .integer(size.height),
      "colour": .string(colour), "quality": jpeg?.quality.map(JSONValue.integer),
      "subsampling": jpeg.map { .string($0.subsampling.rawValue) },
    ])
  }
}

extension Verdict.Prediction {
  fileprivate var json: JSONValue {
    .object([
      "class": .integer(topClass), "label": label.map(JSONValue.string), "probability": .number(probability),
      "logOdds": .number(logOdds, decimals: 4),
    ])
  }
}

extension Verdict.DetectorVerdict {
  fileprivate var json: JSONValue {
    .object([
      "name": .string(name), "kind": .string(kind), "private": isPrivate ? .bool(true) : nil,
      "group": group.map(JSONValue.string), "score": score.value.map { .number($0) } ?? .null,
      "threshold": threshold.map { .number($0) }, "pValue": part.map { .number($0.pValue) },
      "contribution": part?.contribution.map { .number($0, decimals: 4) }, "flagged": .bool(isFlagged),
      "seen": .string(score.sentence),
      "detail": score.detail,
    ])
  }
}

extension DetectorScore {
  /// What led to the score; `nil` when there is nothing more to say.
  fileprivate var detail: JSONValue? {
    guard !measurements.isEmpty || !squeezed.isEmpty || region != nil else { return nil }
    return .object([
      "measurements": measurements.isEmpty
        ? nil
        : .object(measurements.map { JSONValue.Member(name: $0.name, value: .number($0.value)) }),
      "region": region?.json,
      "squeezers": squeezed.isEmpty ? nil : .array(squeezed.map(\.json)),
    ])
  }
}

extension DetectorScore.SqueezedEvidence {
  fileprivate var json: JSONValue {
    .object([
      "squeezer": .string(squeezer), "measure": .string(distanceName), "distance": .number(distance),
      "class": .integer(topClass), "probability": .number(topProbability),
    ])
  }
}

extension PixelRegion {
  fileprivate var json: JSONValue {
    .object([
      "x": .integer(x), "y": .integer(y), "width": .integer(size.width), "height": .integer(size.height),
    ])
  }
}

extension Finding {
  fileprivate var json: JSONValue {
    .object([
      "code": .string(code.rawValue), "count": count.map(JSONValue.integer), "value": value.map { .number($0) },
      "contents": contents.isEmpty ? nil : .array(contents.map { .string($0.rawValue) }),
    ])
  }
}

extension Verdict.TensorSummary {
  fileprivate var json: JSONValue {
    .object(["shape": .array(shape.map(JSONValue.integer)), "type": .string(element.rawValue)])
  }
}

extension SluiceError {
  fileprivate var json: JSONValue {
    .object([
      "code": .string(code.description), "message": .string(message), "remedy": remedy.map(JSONValue.string),
      "byte": byteOffset.map(JSONValue.integer), "private": isPrivate ? .bool(true) : nil,
    ])
  }
}

extension Verdict.Timings {
  fileprivate var json: JSONValue {
    .object([
      "decode": .number(decode, decimals: 3), "preprocess": .number(preprocess, decimals: 3),
      "detect": .number(detect, decimals: 3),
    ])
  }
}
