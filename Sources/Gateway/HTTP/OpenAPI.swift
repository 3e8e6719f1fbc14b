import Common

/// Describes the REST side (OpenAPI 3.0).
enum OpenAPI {
  /// One path with its methods, and what it takes and gives.
  private struct Operation {
    let path: String
    var methods = ["get"]
    let summary: String
    /// Content types of the body, each with its schema; empty for none.
    var takes: [Content] = []
    /// Content types of the answer.
    var gives: [Content]
    /// Whether the same comes with 503 while the answer is no.
    var isHealth = false
    var parameters: [String] = []
    var judges: Bool { !takes.isEmpty }
  }

  private struct Content {
    let type: String
    let schema: JSONValue

    static func json(_ schema: JSONValue) -> Content { Content(type: "application/json", schema: schema) }
    static func bytes(_ type: String) -> Content { Content(type: type, schema: OpenAPISchemas.bytes) }
  }

  private static let images =
    [Content.bytes("image/jpeg"), .bytes("image/png"), .bytes("application/octet-stream")]
    + [Content(type: "multipart/form-data", schema: OpenAPISchemas.form), .json(OpenAPISchemas.anything)]
  private static let otherForms = [
    Content(type: "application/x-www-form-urlencoded", schema: OpenAPISchemas.anything),
    Content(type: "text/plain", schema: OpenAPISchemas.text),
  ]

  /// All that OpenAPI 3.0 can describe.
  private static let everyMethod = withBody + ["get", "delete", "head", "trace"]
  /// Those whose bodies mean something to everybody. OpenAPI 3.0 has descriptions of other bodies passed over.
  private static let withBody = ["post", "put", "patch", "options"]

  private static func operations(_ model: String) -> [Operation] {
    [
      Operation(
        path: "/v2/health/live", summary: "Whether the server lives.",
        gives: [.json(OpenAPISchemas.health("live"))], isHealth: true),
      Operation(
        path: "/v2/health/ready", summary: "Whether requests can be expected to be answered.",
        gives: [.json(OpenAPISchemas.health("ready"))], isHealth: true),
      Operation(
        path: "/v2/models/\(model)/ready", summary: "The same, of the model.",
        gives: [.json(OpenAPISchemas.health("ready"))], isHealth: true),
      Operation(
        path: "/v2", summary: "Name, version and extensions of the server.",
        gives: [.json(OpenAPISchemas.server)]),
      Operation(
        path: "/v2/models/\(model)", summary: "Inputs and outputs of the model.",
        gives: [.json(OpenAPISchemas.model)]),
      Operation(
        path: "/v2/models/\(model)/infer", methods: ["post"],
        summary: "Open Inference Protocol v2: images as BYTES or UINT8 pixels in, the model's outputs out.",
        takes: [.json(OpenAPISchemas.inferenceRequest), .bytes("application/octet-stream")],
        gives: [.json(OpenAPISchemas.inferenceResponse), .bytes("application/octet-stream")]),
      Operation(
        path: "/v1/models/\(model):predict", methods: ["post"],
        summary: "TensorFlow Serving: instances of base64 images in, predictions out.",
        takes: [.json(OpenAPISchemas.instances)], gives: [.json(OpenAPISchemas.predictions)]),
      Operation(
        path: "/v1/filter", methods: ["post"],
        summary: "An image in; its verdict, its tensor or the forwarded picture out.", takes: images,
        gives: [.json(OpenAPISchemas.verdict), .bytes("application/x-npy"), .bytes("image/png")]),
      Operation(
        path: "\(Route.checkPrefix)/{path}", methods: everyMethod,
        summary: "Envoy's external authorisation: 200 for a request whose images are clean. Any method is taken.",
        takes: images + otherForms, gives: [.json(OpenAPISchemas.allowed)], parameters: ["path"]),
      Operation(
        path: "/openapi.json", summary: "This description.", gives: [.json(OpenAPISchemas.object)]),
    ]
  }

  /// - Parameters:
  ///   - needsToken: whether anything but health takes a token.
  static func description(_ rules: GatewayRules, needsToken: Bool) -> JSONValue {
    .object([
      "openapi": .string("3.0.3"),
      "info": .object([
        "title": .string("Sluice"), "version": .string(rules.version),
        "description": .string(
          "Judges images before they reach a model. An attacker who optimises against the detectors can pass them. "
            + "Verdicts leave private detectors out, with every number that rests on them."),
      ]),
      "paths": .object(operations(rules.model).map { JSONValue.Member(name: $0.path, value: path($0, needsToken)) }),
      "components": .object([
        "schemas": .object(["Error": OpenAPISchemas.error]),
        "securitySchemes": .object([
          "bearer": .object(["type": .string("http"), "scheme": .string("bearer")])
        ]),
      ]),
    ])
  }

  private static func path(_ operation: Operation, _ needsToken: Bool) -> JSONValue {
    .object(
      operation.methods.map { method in
        JSONValue.Member(
          name: method,
          value: .object([
            "summary": .string(operation.summary),
            "security": .array(needsToken && !operation.isHealth ? [.object(["bearer": .array([])])] : []),
            "parameters": operation.parameters.isEmpty ? nil : .array(operation.parameters.map(parameter)),
            "requestBody": operation.judges && withBody.contains(method)
              ? .object(["required": .bool(true), "content": content(operation.takes)]) : nil,
            "responses": .object(responses(operation, needsToken)),
          ]))
      })
  }

  private static func parameter(_ name: String) -> JSONValue {
    .object([
      "name": .string(name), "in": .string("path"), "required": .bool(true),
      "schema": OpenAPISchemas.segment,
    ])
  }

  private static func responses(_ operation: Operation, _ needsToken: Bool) -> [JSONValue.Member] {
    var responses = [
      JSONValue.Member(
        name: "200",
        value: .object(["description": .string("Done."), "content": content(operation.gives)]))
    ]
    for status in statuses(operation) where status != .unauthenticated || needsToken {
      responses.append(
        JSONValue.Member(
          name: String(status.rawValue),
          value: .object([
            "description": .string(status.description),
            "headers": headers(status),
            "content": content([.json(OpenAPISchemas.reference("Error"))]),
          ])))
    }
    if operation.isHealth {
      responses.append(
        JSONValue.Member(
          name: "503", value: .object(["description": .string("Not ready."), "content": content(operation.gives)])))
    }
    return responses
  }

  private static func statuses(_ operation: Operation) -> [Refusal.Status] {
    if operation.judges {
      return [
        .invalid, .unauthenticated, .flagged, .notAcceptable, .tooSlow, .tooLarge, .unsupported, .unprocessable, .busy,
        .failed, .badUpstream, .unavailable, .lateAnswer,
      ]
    }
    return operation.isHealth ? [] : [.unauthenticated, .badUpstream]
  }

  /// What a refusal says beside its body.
  private static func headers(_ status: Refusal.Status) -> JSONValue? {
    let name: String? =
      switch status {
      case .busy, .unavailable: "Retry-After"
      case .unauthenticated: "WWW-Authenticate"
      case .unsupported: "Accept-Encoding"
      default: nil
      }
    return name.map { name in
      let header = JSONValue.object(["required": .bool(true), "schema": OpenAPISchemas.text])
      return .object([JSONValue.Member(name: name, value: header)])
    }
  }

  private static func content(_ contents: [Content]) -> JSONValue {
    .object(contents.map { JSONValue.Member(name: $0.type, value: .object(["schema": $0.schema])) })
  }
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
