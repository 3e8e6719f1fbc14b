import Common

extension PredictionReport {
  /// The report for programs.
  package var json: JSONValue {
    .object([
      "equal": .bool(isEqual), "tolerance": .number(tolerance), "sent": .string(way.name),
      "serverGives": .string(reading), "classesAgree": .integer(agreeing), "largest": .number(largest),
      "mean": .number(mean), "explanation": explanation?.json ?? .null, "images": .array(images.map(\.json)),
    ])
  }
}

extension PredictionReport.Image {
  fileprivate var json: JSONValue {
    .object([
      "source": .string(source), "largest": .number(largest), "filter": own.json, "server": served.json,
    ])
  }
}

extension PredictionReport.Image.Top {
  fileprivate var json: JSONValue { .object(["class": .integer(index), "probability": .number(probability)]) }
}

extension PredictionReport.Explanation {
  fileprivate var json: JSONValue {
    .object([
      "equal": .bool(isEqual), "tried": .integer(tried), "rest": .number(rest.max() ?? 0),
      "settings": .array(settings.map(JSONValue.string)), "changes": .array(changes.map(\.json)),
    ])
  }
}
