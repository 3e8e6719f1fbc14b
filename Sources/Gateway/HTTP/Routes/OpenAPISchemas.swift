import Common
import OpenInference

/// The shapes of bodies (JSON Schema, as OpenAPI 3.0 has it).
enum OpenAPISchemas {
  static let anything = JSONValue.object([JSONValue.Member]())
  static let text = of("string")
  static let object = of("object")
  static let bytes = JSONValue.object(["type": .string("string"), "format": .string("binary")])
  /// What stands between two slashes of a path.
  static let segment = JSONValue.object(["type": .string("string"), "minLength": .integer(1)])

  static let form = JSONValue.object(["type": .string("object"), "additionalProperties": bytes])

  static let error = record([
    ("error", text, true), ("code", text, true), ("requestId", text, true), ("verdict", verdict, false),
  ])

  static let verdict = record([
    ("id", text, true), ("sha256", text, false),
    ("verdict", oneOf(["clean", "adversarial", "rejected", "failed"]), true),
    ("action", text, true), ("image", object, false), ("tensor", object, false), ("error", object, false),
  ])

  static let allowed = record([("allowed", of("boolean"), true)])

  static func health(_ what: String) -> JSONValue {
    record([("name", text, false), (what, of("boolean"), true)])
  }

  static let server = record([("name", text, true), ("version", text, true), ("extensions", list(text), true)])

  static let model = record([
    ("name", text, true), ("versions", list(text), false), ("platform", text, true),
    ("inputs", list(described), true), ("outputs", list(described), true),
  ])

  static let inferenceRequest = record([
    ("id", text, false), ("parameters", object, false), ("inputs", list(input, atLeast: 1), true),
    ("outputs", list(record([("name", text, true), ("parameters", object, false)])), false),
  ])

  static let inferenceResponse = record([
    ("model_name", text, true), ("model_version", text, false), ("id", text, false), ("parameters", object, false),
    ("outputs", list(tensor(datatype, shape)), true),
  ])

  /// `{"b64": "…"}`, or the same under the name of the input.
  static let instances = record(
    [
      ("instances", list(object, atLeast: 1), true), ("signature_name", oneOf(ServingPrediction.signatureNames), false),
    ],
    isOpen: false)

  static let predictions = record([("predictions", list(anything), true)])

  static func reference(_ name: String) -> JSONValue {
    .object(["$ref": .string("#/components/schemas/\(name)")])
  }

  private static let datatype = oneOf(InferenceDatatype.allCases.map(\.rawValue))
  private static let shape = list(.object(["type": .string("integer"), "minimum": .integer(0)]))
  private static let described = record([
    ("name", text, true), ("datatype", text, true), ("shape", list(of("integer")), true),
  ])
  private static let input = tensor(oneOf([InferenceDatatype.bytes.rawValue, InferenceDatatype.uint8.rawValue]), shape)

  /// A tensor without `data` has its elements behind the JSON.
  private static func tensor(_ datatype: JSONValue, _ shape: JSONValue) -> JSONValue {
    record([
      ("name", text, true), ("datatype", datatype, true), ("shape", shape, true), ("parameters", object, false),
      ("data", list(anything), false),
    ])
  }

  private static func of(_ type: String) -> JSONValue { .object(["type": .string(type)]) }

  private static func oneOf(_ words: [String]) -> JSONValue {
    .object(["type": .string("string"), "enum": .array(words.map(JSONValue.string))])
  }

  private static func list(_ element: JSONValue, atLeast least: Int? = nil) -> JSONValue {
    .object(["type": .string("array"), "items": element, "minItems": least.map(JSONValue.integer)])
  }

  /// - Parameters:
  ///   - members: names, with their schemas and whether they have to be there.
  ///   - isOpen: whether there may be others, which mean nothing.
  private static func record(_ members: [(name: String, schema: JSONValue, isRequired: Bool)], isOpen: Bool = true)
    -> JSONValue
  {
    .object([
      "type": .string("object"),
      "required": .array(members.filter(\.isRequired).map { .string($0.name) }),
      "properties": .object(members.map { JSONValue.Member(name: $0.name, value: $0.schema) }),
      "additionalProperties": isOpen ? nil : .bool(false),
    ])
  }
}
