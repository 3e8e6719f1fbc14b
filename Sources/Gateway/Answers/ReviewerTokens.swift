import Synchronization

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

/// Who may look at the audit pages, what reviews call them, and what they may see. Others may take their place while the gateway runs.
package final class ReviewerTokens: Sendable {
  private let holders: Mutex<[Holder]>

  private struct Holder: Sendable {
    let reviewer: Reviewer
    let token: BearerTokens
  }

  private static let unnamed = "operator"
  private static let longestName = 64
  /// Follows a name that has the right to see what is private.
  private static let privateRight = "+private"

  /// - Parameters:
  ///   - lines: `NAME:TOKEN`, or `NAME+private:TOKEN` for whoever may see what is private, or a token alone. Blanks around names
  ///     and tokens are no part of them.
  /// - Returns: `nil` where one of them is no token, or too short.
  package init?(lines: [String]) {
    var holders: [Holder] = []
    for line in lines {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map {
        String(TokenFile.trimmed($0))
      }
      let (title, token) = parts.count == 2 ? (parts[0], parts[1]) : (Self.unnamed, parts[0])
      guard token.utf8.count >= BearerTokens.shortest, let reviewer = Self.reviewer(title) else { return nil }
      holders.append(Holder(reviewer: reviewer, token: BearerTokens([token])))
    }
    self.holders = Mutex(holders)
  }

  private var all: [Holder] { holders.withLock { $0 } }

  /// From now on, these are the tokens.
  package func replace(with others: ReviewerTokens) {
    let others = others.all
    holders.withLock { $0 = others }
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
    all.reduce(nil) { found, holder in holder.token.admit("Bearer \(token)") ? holder.reviewer : found }
  }
}
