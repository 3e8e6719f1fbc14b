import Classifiers
import Common
import Pixels

extension ModelDescription {
  /// The same for programs.
  package var json: JSONValue {
    .object([
      "model": .string(path), "format": .string(format.rawValue), "engine": .string(engine),
      "inputs": .array(inputs.map(\.json)), "outputs": .array(outputs.map(\.json)), "classifier": classifier?.json,
      "refusal": refusal.map { refusal in
        .object([
          "code": .string(refusal.code.description), "message": .string(refusal.message),
          "remedy": refusal.remedy.map(JSONValue.string),
        ])
      },
    ])
  }
}

extension ModelTensor {
  /// An open axis is null, and so is the shape where the rank is open.
  fileprivate var json: JSONValue {
    let shape = shape.map { JSONValue.array($0.map { $0.map(JSONValue.integer) ?? .null }) }
    return .object(["name": .string(name), "type": .string(type), "shape": shape ?? .null])
  }
}

extension ClassifierDescription {
  fileprivate var json: JSONValue {
    .object([
      "layout": .string(input.layout.rawValue), "type": .string(input.element.rawValue),
      "channels": .integer(input.channels.rawValue), "batch": input.fixedBatch.map(JSONValue.integer) ?? .null,
      "output": .string(output.name),
      "candidates": output.candidates.count > 1 ? JSONValue.array(output.candidates.map(JSONValue.string)) : nil,
      "scores": .string(output.kind.rawValue), "classes": .integer(output.classCount),
      "sizes": .array(sizes.map { .string("\($0.width)x\($0.height)") }),
      "refusedSizes": .array(refusedSizes.map { .string("\($0.width)x\($0.height)") }),
      "batches": .array(batches.map(JSONValue.integer)),
      "milliseconds": .object(
        timings.map { .init(name: $0.precision.rawValue, value: .number($0.milliseconds, decimals: 3)) }),
    ])
  }
}
