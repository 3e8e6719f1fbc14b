import FilterPipeline
import HTTPTypes

/// What a method and a path ask for.
enum Route: Sendable, Hashable {
  case serverLive
  case serverReady
  case modelReady(model: String, version: String?)
  case serverMetadata
  case modelMetadata(model: String, version: String?)
  case infer(model: String, version: String?)
  case predict(model: String)
  case filter
  case check(path: String)
  case openAPI

  /// How requests to it are called in metrics and logs.
  var name: String {
    switch self {
    case .serverLive, .serverReady, .modelReady: "health"
    case .serverMetadata, .modelMetadata, .openAPI: "metadata"
    case .infer: "infer"
    case .predict: "predict"
    case .filter: "filter"
    case .check: "check"
    }
  }

  /// Health tells nothing about anybody, and those who ask for it often cannot send a token.
  var isOpenToAll: Bool { name == "health" }

  static let checkPrefix = "/v1/check"

  /// - Throws: `Refusal` for a path that is not served, and for one that is served with another method.
  static func find(_ method: HTTPRequest.Method, _ path: String) throws(Refusal) -> Route {
    if path == checkPrefix || path.hasPrefix(checkPrefix + "/") {
      return .check(path: String(path.dropFirst(checkPrefix.count)))
    }
    guard let route = find(path) else {
      throw Refusal(.notFound, .notFound, "there is nothing at this path; see /openapi.json")
    }
    guard method == route.method || method == .head && route.method == .get else {
      let methods = route.method == .get ? [HTTPRequest.Method.get, .head] : [route.method]
      var refusal = Refusal(.methodNotAllowed, .notFound, "this path takes \(route.method.rawValue)")
      refusal.allowedMethods = methods.map(\.rawValue)
      throw refusal
    }
    return route
  }

  /// What reading a body of so many bytes takes at most, the body included: a plain image is taken as it is, what is
  /// inside JSON is held as text, as values and as bytes.
  func bytesForReading(_ count: Int) -> Int {
    switch self {
    case .infer, .predict, .check: Self.jsonFactor * count
    default: Self.plainFactor * count
    }
  }

  private static let jsonFactor = 4
  private static let plainFactor = 2

  var method: HTTPRequest.Method {
    switch self {
    case .infer, .predict, .filter, .check: .post
    default: .get
    }
  }

  private static func find(_ path: String) -> Route? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
    switch parts {
    case ["v2"], ["v2", ""]: return .serverMetadata
    case ["v2", "health", "live"]: return .serverLive
    case ["v2", "health", "ready"]: return .serverReady
    case ["v1", "filter"]: return .filter
    case ["openapi.json"]: return .openAPI
    default: break
    }
    if parts.count >= 3, parts[0] == "v2", parts[1] == "models" { return model(Array(parts[2...])) }
    if parts.count == 3, parts[0] == "v1", parts[1] == "models", parts[2].hasSuffix(":predict") {
      return .predict(model: String(parts[2].dropLast(":predict".count)))
    }
    return nil
  }

  private static func model(_ parts: [String]) -> Route? {
    var rest = parts
    let model = rest.removeFirst()
    var version: String?
    if rest.count >= 2, rest[0] == "versions" {
      version = rest[1]
      rest.removeFirst(2)
    }
    switch rest {
    case []: return .modelMetadata(model: model, version: version)
    case ["ready"]: return .modelReady(model: model, version: version)
    case ["infer"]: return .infer(model: model, version: version)
    default: return nil
    }
  }
}
