import HTTPTypes

/// What the tables of routes say, for whoever compares it with what is served.
package enum ServedRoutes {
  /// Each method with its path, as descriptions write them: `get /v2/models/{model}`.
  package static let serving = RouteTables.serving.map(\.entry).flatMap(lines)

  /// The same of the other port, with its audit pages.
  package static let operations = (RouteTables.operations.map(\.entry) + RouteTables.pages.map(\.entry)).flatMap(lines)

  private static func lines(_ route: RouteEntry) -> [String] {
    route.methods.described.map { "\($0.rawValue.lowercased()) \(route.path.described([:]))" }
  }
}
