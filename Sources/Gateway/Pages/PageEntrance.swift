/// Lets reviewers in to the audit pages by their tokens.
package struct PageEntrance: Sendable {
  private let reviewers: ReviewerTokens
  private let sessions: PageSessions
  private let pause: @Sendable (Duration) async -> Void

  /// How long a wrong token is made to wait.
  package static let penalty = Duration.milliseconds(500)

  package init(
    _ reviewers: ReviewerTokens, _ sessions: PageSessions,
    pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
  ) {
    self.reviewers = reviewers
    self.sessions = sessions
    self.pause = pause
  }

  /// A session of whoever has the token; `nil` for one that nobody has, after a while.
  package func session(for token: String?) async -> PageSessions.Session? {
    guard let token, reviewers.reviewer(of: token) != nil else {
      await pause(Self.penalty)
      return nil
    }
    return sessions.begin(token)
  }
}
