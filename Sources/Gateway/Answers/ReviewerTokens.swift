/// Somebody who may look at the audit pages.
package struct Reviewer: Sendable, Hashable {
  /// What reviews call them.
  package let name: String
  /// Whether they may know of private detectors: what they are called, and what they say about images.
  package let seesPrivate: Bool

  package init(name: String, seesPrivate: Bool) {
    self.name = name
    self.seesPrivate = seesPrivate
  }
}

/// Who may look at the audit pages, what reviews call them, and what they may see.
package struct ReviewerTokens: Sendable {
  private let holders: [(reviewer: Reviewer, token: BearerTokens)]

  private static let unnamed = "operator"
  private static let longestName = 64
  /// Follows a name that has the right to see what is private.
  private static let privateRight = "+private"

  /// - Parameters:
  ///   - lines: `NAME:TOKEN`, or `NAME+private:TOKEN` for whoever may see what is private, or a token alone.
  /// - Returns: `nil` where one of them is no token, or too short.
  package init?(lines: [String]) {
    var holders: [(Reviewer, BearerTokens)] = []
    for line in lines {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let (title, token) = parts.count == 2 ? (parts[0], parts[1]) : (Self.unnamed, line)
      guard token.utf8.count >= BearerTokens.shortest, let reviewer = Self.reviewer(title) else { return nil }
      holders.append((reviewer, BearerTokens([token])))
    }
    self.holders = holders
  }

  private static func reviewer(_ title: String) -> Reviewer? {
    let seesPrivate = title.hasSuffix(privateRight)
    let name = seesPrivate ? String(title.dropLast(privateRight.count)) : title
    if name.isEmpty, seesPrivate { return Reviewer(name: unnamed, seesPrivate: true) }
    return (1...longestName).contains(name.utf8.count) ? Reviewer(name: name, seesPrivate: seesPrivate) : nil
  }

  /// Whose token it is; `nil` for one that nobody has.
  ///
  /// Looks at all of them, so that the time does not tell which it was.
  package func reviewer(of token: String) -> Reviewer? {
    holders.reduce(nil) { found, holder in holder.token.admit("Bearer \(token)") ? holder.reviewer : found }
  }
}
