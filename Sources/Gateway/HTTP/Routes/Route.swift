import HTTPTypes
import Hummingbird

/// One row of a table of routes: all that is to be said about an endpoint.
struct Route<Handler: Sendable>: Sendable {
  let methods: RouteMethods
  let path: RoutePattern
  /// How requests to it are called in metrics and logs.
  let name: String
  let caller: RouteCaller
  /// What the description of the interface says about it.
  let operation: OpenAPIOperation
  let handler: Handler

  init(
    _ methods: RouteMethods, _ path: RoutePattern, _ name: String, by caller: RouteCaller,
    _ operation: OpenAPIOperation, _ handler: Handler
  ) {
    self.methods = methods
    self.path = path
    self.name = name
    self.caller = caller
    self.operation = operation
    self.handler = handler
  }

  /// What there is to know about it without its handler.
  var entry: RouteEntry {
    RouteEntry(methods: methods, path: path, caller: caller, operation: operation)
  }
}

/// What the description of an interface needs of a route.
struct RouteEntry: Sendable {
  let methods: RouteMethods
  let path: RoutePattern
  let caller: RouteCaller
  let operation: OpenAPIOperation
}

/// The methods that a route takes.
enum RouteMethods: Sendable, Hashable {
  /// GET, and HEAD with it.
  case get
  case post
  /// Whichever, those included that HTTP does not know.
  case any

  /// Those that have a name in OpenAPI 3.0.
  private static let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .options, .delete, .trace]

  /// Those that Hummingbird's router is told about.
  var named: [HTTPRequest.Method] {
    switch self {
    case .get: [.get, .head]
    case .post: [.post]
    case .any: Self.known
    }
  }

  /// Those that the description of the interface names: that GET brings HEAD with it goes without saying.
  var described: [HTTPRequest.Method] { self == .get ? [.get] : named }
}

/// Who may call a route.
enum RouteCaller: Sendable, Hashable {
  /// Health tells nothing about anybody, and those who ask for it often cannot send a token.
  case anyone
  /// Whoever has one of the tokens of the port, where it has any.
  case token
  /// Whoever has the token of a reviewer, or is logged in with it.
  case reviewer
}
