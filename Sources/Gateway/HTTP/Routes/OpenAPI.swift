import Common
import HTTPTypes

/// Describes the routes of a port (OpenAPI 3.0).
struct OpenAPI {
  let title: String
  let about: String
  let version: String
  /// What stands in the place of names in paths.
  let names: [String: String]
  /// Whether what takes a token takes one here.
  let needsToken: Bool

  /// Methods whose bodies mean something to everybody. OpenAPI 3.0 has descriptions of other bodies passed over.
  private static let withBody: [HTTPRequest.Method] = [.post, .put, .patch, .options]

  func description(_ routes: [RouteEntry]) -> JSONValue {
    .object([
      "openapi": .string("3.0.3"),
      "info": .object([
        "title": .string(title), "version": .string(version), "description": .string(about),
      ]),
      "paths": .object(paths(routes)),
      "components": .object([
        "schemas": .object(["Error": OpenAPISchemas.error]),
        "securitySchemes": .object([
          "bearer": .object(["type": .string("http"), "scheme": .string("bearer")]),
          "session": .object([
            "type": .string("apiKey"), "in": .string("cookie"), "name": .string(PageRequest.cookieName),
          ]),
        ]),
      ]),
    ])
  }

  /// Paths in the order of the table, each with all of its methods.
  private func paths(_ routes: [RouteEntry]) -> [JSONValue.Member] {
    var paths: [(path: String, methods: [JSONValue.Member])] = []
    for route in routes {
      let path = route.path.described(names)
      let methods = route.methods.described.map { method in
        JSONValue.Member(name: method.rawValue.lowercased(), value: operation(route, method))
      }
      if let place = paths.firstIndex(where: { $0.path == path }) {
        paths[place].methods += methods
      } else {
        paths.append((path, methods))
      }
    }
    return paths.map { JSONValue.Member(name: $0.path, value: .object($0.methods)) }
  }

  private func operation(_ route: RouteEntry, _ method: HTTPRequest.Method) -> JSONValue {
    let parameters = route.path.openNames(names)
    let takes = Self.withBody.contains(method) ? route.operation.takes : []
    return .object([
      "summary": .string(route.operation.summary),
      "security": .array(security(route.caller)),
      "parameters": parameters.isEmpty ? nil : .array(parameters.map(parameter)),
      "requestBody": takes.isEmpty ? nil : .object(["required": .bool(true), "content": content(takes)]),
      "responses": .object(responses(route, isSelective: !parameters.isEmpty && !route.path.isOpen).map(response)),
    ])
  }

  private func security(_ caller: RouteCaller) -> [JSONValue] {
    let bearer = JSONValue.object(["bearer": .array([])])
    switch caller {
    case .anyone: return []
    case .token: return needsToken ? [bearer] : []
    case .reviewer: return [bearer, .object(["session": .array([])])]
    }
  }

  private func parameter(_ name: String) -> JSONValue {
    .object([
      "name": .string(name), "in": .string("path"), "required": .bool(true),
      "schema": OpenAPISchemas.segment,
    ])
  }

  /// - Parameters:
  ///   - isSelective: whether the path names one of several things, which may not be there.
  private func responses(_ route: RouteEntry, isSelective: Bool) -> [OpenAPIResponse] {
    var responses = route.operation.responses
    let refusal = route.operation.refusal
    switch route.caller {
    case .token where needsToken: responses.append(OpenAPIResponse(.unauthenticated, refusal))
    case .reviewer:
      responses.append(OpenAPIResponse(401, "Nobody is logged in.", [refusal]))
      if !responses.contains(where: { $0.status == 303 }) {
        responses.append(OpenAPIResponse(303, "Nobody is logged in: to the log-in.", [.text], headers: ["Location"]))
      }
    default: break
    }
    if isSelective { responses.append(OpenAPIResponse(.notFound, refusal)) }
    return responses.sorted { $0.status < $1.status }
  }

  private func response(_ response: OpenAPIResponse) -> JSONValue.Member {
    JSONValue.Member(
      name: String(response.status),
      value: .object([
        "description": .string(response.description),
        "headers": response.headers.isEmpty ? nil : .object(response.headers.map(header)),
        "content": content(response.contents),
      ]))
  }

  private func header(_ name: String) -> JSONValue.Member {
    JSONValue.Member(name: name, value: .object(["required": .bool(true), "schema": OpenAPISchemas.text]))
  }

  private func content(_ contents: [OpenAPIContent]) -> JSONValue {
    .object(contents.map { JSONValue.Member(name: $0.type, value: .object(["schema": $0.schema])) })
  }
}
