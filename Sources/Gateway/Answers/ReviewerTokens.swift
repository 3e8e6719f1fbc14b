/// Who may look at the audit pages, and what reviews call them.
package struct ReviewerTokens: Sendable {
  private struct Reviewer {
    let name: String
    let token: BearerTokens
  }

  private let reviewers: [Reviewer]
  private static let unnamed = "operator"
  private static let longestName = 64

  /// - Parameters:
  ///   - lines: `NAME:TOKEN`, or a token alone.
  /// - Returns: `nil` where one of them is no token, or too short.
  package init?(lines: [String]) {
    var reviewers: [Reviewer] = []
    for line in lines {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let (name, token) = parts.count == 2 ? (parts[0], parts[1]) : (Self.unnamed, line)
      guard token.utf8.count >= BearerTokens.shortest, (1...Self.longestName).contains(name.utf8.count) else {
        return nil
      }
      reviewers.append(Reviewer(name: name, token: BearerTokens([token])))
    }
    self.reviewers = reviewers
  }

  /// The name that goes with a token; `nil` for one that nobody has.
  ///
  /// Looks at all of them, so that the time does not tell which it was.
  package func name(of token: String) -> String? {
    reviewers.reduce(nil) { found, reviewer in reviewer.token.admit("Bearer \(token)") ? reviewer.name : found }
  }
}
