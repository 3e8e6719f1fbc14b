import Hummingbird

/// The paths of a route, as Hummingbird's router writes them: `{name}` stands for what is between two slashes, `**` at the
/// end for one or more such segments.
struct RoutePattern: Sendable, ExpressibleByStringLiteral {
  let path: RouterPath

  init(stringLiteral text: String) {
    path = RouterPath(text)
  }

  /// Whether it is open at its end.
  var isOpen: Bool { path.components.last == .recursiveWildcard }

  /// Whether a path is one of its own, segment by segment; a slash at the end counts for nothing.
  ///
  /// Hummingbird's router passes over empty segments. Who stands in front of this server and permits some paths may not,
  /// so a path with one is no other path's twin here.
  ///
  /// - Complexity: linear in the length of the path.
  func holds(_ path: String) -> Bool {
    var segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    if segments.last == "" { segments.removeLast() }
    for element in self.path.components {
      if element == .recursiveWildcard { return !segments.isEmpty }
      guard let segment = segments.popFirst(), !segment.isEmpty, element ~= segment else { return false }
    }
    return segments.isEmpty
  }

  /// As OpenAPI writes it, with what is known of its names put in.
  func described(_ known: [String: String]) -> String {
    known.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
  }

  /// The names in it that nothing is put in for.
  func openNames(_ known: [String: String]) -> [String] {
    let names = described(known).matches(of: /\{([a-z]+)\}/)
    return names.map { String($0.output.1) }
  }

  /// What OpenAPI calls the segments at an open end.
  private static let rest = "{path}"

  private var text: String { path.description.replacing("**", with: Self.rest) }
}
