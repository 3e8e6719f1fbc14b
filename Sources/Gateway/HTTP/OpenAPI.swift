import Pixels

/// Describes the REST side (OpenAPI 3.0).
enum OpenAPI {
  /// One path with its method, and what it takes and gives.
  private struct Operation {
    let path: String
    let method: String
    let summary: String
    /// Content types of the body; empty for none.
    var takes: [String] = []
    /// Content types of the answer.
    var gives = ["application/json"]
    var isOpenToAll = false
    var parameters: [String] = []
    var judges: Bool { !takes.isEmpty }
  }

  private static let imageTypes = ["image/jpeg", "image/png", "application/octet-stream", "multipart/form-data"]
  private static let inferTypes = ["application/json", "application/octet-stream"]

  private static func operations(_ model: String) -> [Operation] {
    [
      Operation(path: "/v2/health/live", method: "get", summary: "Whether the server lives.", isOpenToAll: true),
      Operation(
        path: "/v2/health/ready", method: "get", summary: "Whether requests can be expected to be answered.",
        isOpenToAll: true),
      Operation(
        path: "/v2/models/\(model)/ready", method: "get", summary: "The same, of the model.", isOpenToAll: true),
      Operation(path: "/v2", method: "get", summary: "Name, version and extensions of the server."),
      Operation(path: "/v2/models/\(model)", method: "get", summary: "Inputs and outputs of the model."),
      Operation(
        path: "/v2/models/\(model)/infer", method: "post",
        summary: "Open Inference Protocol v2: images as BYTES or UINT8 pixels in, the model's outputs out.",
        takes: inferTypes, gives: inferTypes),
      Operation(
        path: "/v1/models/\(model):predict", method: "post",
        summary: "TensorFlow Serving: instances of base64 images in, predictions out.", takes: ["application/json"]),
      Operation(
        path: "/v1/filter", method: "post",
        summary: "An image in; its verdict, its tensor or the forwarded picture out.",
        takes: imageTypes + ["application/json"], gives: FilterAnswer.allCases.map(\.rawValue)),
      Operation(
        path: "\(Route.checkPrefix)/{path}", method: "post",
        summary: "Envoy's external authorisation: 200 for a request whose images are clean. Any method is taken.",
        takes: imageTypes + ["application/json", "application/x-www-form-urlencoded", "text/plain"],
        parameters: ["path"]),
      Operation(path: "/openapi.json", method: "get", summary: "This description."),
    ]
  }

  static func description(_ rules: GatewayRules) -> JSONValue {
    .object([
      "openapi": .string("3.0.3"),
      "info": .object([
        "title": .string("Sluice"), "version": .string(rules.version),
        "description": .string(
          "Judges images before they reach a model. An attacker who optimises against the detectors can pass them."),
      ]),
      "paths": .object(operations(rules.model).map { JSONValue.Member(name: $0.path, value: path($0)) }),
      "components": .object([
        "schemas": .object(["Error": errorSchema]),
        "securitySchemes": .object([
          "bearer": .object(["type": .string("http"), "scheme": .string("bearer")])
        ]),
      ]),
    ])
  }

  private static func path(_ operation: Operation) -> JSONValue {
    .object([
      JSONValue.Member(
        name: operation.method,
        value: .object([
          "summary": .string(operation.summary),
          "security": operation.isOpenToAll
            ? .array([]) : .array([.object(["bearer": .array([])]), .object([JSONValue.Member]())]),
          "parameters": operation.parameters.isEmpty ? nil : .array(operation.parameters.map(parameter)),
          "requestBody": operation.judges
            ? .object(["required": .bool(true), "content": content(operation.takes, schema: nil)]) : nil,
          "responses": .object(responses(operation)),
        ]))
    ])
  }

  private static func parameter(_ name: String) -> JSONValue {
    .object([
      "name": .string(name), "in": .string("path"), "required": .bool(true),
      "schema": .object(["type": .string("string")]),
    ])
  }

  private static func responses(_ operation: Operation) -> [JSONValue.Member] {
    var responses = [
      JSONValue.Member(
        name: "200",
        value: .object(["description": .string("Done."), "content": content(operation.gives, schema: nil)]))
    ]
    for status in statuses(operation) {
      responses.append(
        JSONValue.Member(
          name: String(status.rawValue),
          value: .object([
            "description": .string(status.description),
            "content": content(["application/json"], schema: "#/components/schemas/Error"),
          ])))
    }
    if operation.isOpenToAll {
      responses.append(
        JSONValue.Member(name: "503", value: .object(["description": .string("Not ready.")])))
    }
    return responses
  }

  private static func statuses(_ operation: Operation) -> [Refusal.Status] {
    if operation.judges {
      return [
        .invalid, .unauthenticated, .flagged, .notAcceptable, .tooSlow, .tooLarge, .unprocessable, .busy, .failed,
        .badUpstream,
        .lateAnswer,
      ]
    }
    return operation.isOpenToAll ? [] : [.unauthenticated, .badUpstream]
  }

  private static func content(_ types: [String], schema: String?) -> JSONValue {
    .object(
      types.map { type in
        JSONValue.Member(
          name: type, value: .object(["schema": .object(["$ref": schema.map(JSONValue.string)])]))
      })
  }

  private static let errorSchema = JSONValue.object([
    "type": .string("object"), "required": .array([.string("error"), .string("code"), .string("requestId")]),
    "properties": .object([
      "error": .object(["type": .string("string")]), "code": .object(["type": .string("string")]),
      "requestId": .object(["type": .string("string")]), "verdict": .object(["type": .string("object")]),
    ]),
  ])
}

extension Refusal.Status {
  /// When it occurs, for people.
  fileprivate var description: String {
    switch self {
    case .invalid: "The request breaks the protocol."
    case .unauthenticated: "A valid bearer token is needed."
    case .flagged: "An image was flagged as adversarial."
    case .notFound: "There is no such path or model."
    case .methodNotAllowed: "The path takes another method."
    case .notAcceptable: "None of the accepted types is given."
    case .tooSlow: "The body comes too slowly."
    case .tooLarge: "The body is too long."
    case .unsupported: "The body is compressed."
    case .unprocessable: "An image cannot be decoded, or is not permitted."
    case .busy: "Too many requests are waiting; try again later."
    case .gone: "The client has gone."
    case .failed: "An image could not be judged."
    case .badUpstream: "The model server failed, or cannot be reached."
    case .unavailable: "The model server serves nobody for now; try again later."
    case .lateAnswer: "The request took longer than it may."
    }
  }
}
