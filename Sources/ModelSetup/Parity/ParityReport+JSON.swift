import Common

extension ParityReport {
  /// The report for programs.
  package var json: JSONValue {
    .object([
      "equal": .bool(isEqual), "tolerance": .number(tolerance), "level": .number(level),
      "filterShape": .array(filterShape.map(JSONValue.integer)),
      "tensorShape": .array(referenceShape.map(JSONValue.integer)),
      "difference": difference?.json ?? .null, "begins": beginning.map { .string($0.rawValue) },
      "explanation": explanation?.json,
      "images": .array(
        images.map { .object(["source": .string($0.source), "difference": $0.difference?.json ?? .null]) }),
    ])
  }
}

extension TensorDifference {
  var json: JSONValue {
    .object(["largest": .number(largest), "mean": .number(mean), "elements": .integer(count)])
  }
}

extension ParityReport.Explanation {
  var json: JSONValue {
    .object([
      "equal": .bool(isEqual), "images": .integer(imageCount), "rest": rest.json, "level": .number(level),
      "settings": .array(settings.map(JSONValue.string)), "changes": .array(changes.map(\.json)),
    ])
  }
}

extension ParityChange {
  var json: JSONValue {
    .object([
      "stage": .string(stage.rawValue), "filter": .string(filter), "reference": .string(reference),
      "setting": setting.map(JSONValue.string),
    ])
  }
}
