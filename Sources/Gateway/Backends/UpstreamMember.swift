/// What is known of one model server among several: whether it is in use, and how much it has to do.
///
/// It is a value without a connection. `UpstreamPool` keeps one for each server, asks them in rounds whether they are ready, and
/// tells it what came of that.
package struct UpstreamMember: Sendable {
  /// Whether it is in use: with what it takes, or why it is not.
  package enum Standing: Sendable {
    case inUse(UpstreamContract)
    case notInUse(UpstreamWords)

    /// Whether somebody who has heard the other one learns nothing by it.
    ///
    /// What a server says of itself may be something else with each round; that alone is nothing new.
    fileprivate func isNoNews(after other: Standing) -> Bool {
      switch (self, other) {
      case (.inUse, .inUse): true
      case (.notInUse(let words), .notInUse(let others)): words.event == others.event
      case (.inUse, .notInUse), (.notInUse, .inUse): false
      }
    }
  }

  /// `nil` until the first round has ended.
  private var standing: Standing?
  /// Requests that it has not answered yet.
  package private(set) var outstanding = 0
  private var lastUsed = 0
  private var penalty = UpstreamPenalty()
  /// How often it has been found ready since it said what it takes.
  private var roundsSinceContract = 0
  /// Rounds since it last answered a request; too many to count before the first answer.
  private var roundsSinceAnswer = UpstreamMember.mostBusyRounds + 1
  /// Rounds in a row in which it was too busy to say whether it is ready.
  private var busyRounds = 0

  package static let roundsPerContract = 10
  /// How long a server that has something to do may be too busy to say whether it is ready.
  package static let mostBusyRounds = 3

  package init() {}

  /// What it takes; `nil` while it is not in use.
  package var contract: UpstreamContract? {
    guard case .inUse(let contract) = standing else { return nil }
    return contract
  }

  // MARK: - Requests

  /// Whether it is asked rather than another one: it is not set aside, or was for less; it has fewer outstanding requests, or as
  /// many and was used longer ago.
  ///
  /// Without the first, a server that fails at once would always have the least to do, and draw nearly all requests.
  package func isPreferred(to other: UpstreamMember, at now: ContinuousClock.Instant) -> Bool {
    rank(at: now) < other.rank(at: now)
  }

  private func rank(at now: ContinuousClock.Instant) -> (Int, Int, Int) {
    (penalty.weight(at: now), outstanding, lastUsed)
  }

  /// - Parameters:
  ///   - use: a number that grows with each use of any server.
  package mutating func take(at use: Int) {
    outstanding += 1
    lastUsed = use
  }

  package mutating func give() { outstanding -= 1 }

  package mutating func noteAnswer() {
    roundsSinceAnswer = 0
    penalty = UpstreamPenalty()
  }

  mutating func note(_ trouble: UpstreamTrouble) {
    switch trouble {
    // A server that refuses what it said it takes may take something else by now.
    case .refused: doubtContract()
    case .failed: noteFailure(at: .now)
    case .busy(_, let time), .unavailable(_, let time): noteFailure(at: .now, retryAfter: time)
    // Whoever does not answer has enough to do as it is; the others say nothing of the server.
    case .late, .unreached, .noRoom, .cancelled: break
    }
  }

  /// Notes that it answered a request with no more than that it cannot.
  ///
  /// - Parameters:
  ///   - time: when it wants to be asked again, where it says so.
  package mutating func noteFailure(at now: ContinuousClock.Instant, retryAfter time: RetryAfter? = nil) {
    penalty.add(at: now, retryAfter: time)
  }

  /// Has it asked again what it takes, as soon as it is ready.
  package mutating func doubtContract() { roundsSinceContract = Self.roundsPerContract }

  // MARK: - Health

  package mutating func beginRound() { roundsSinceAnswer += 1 }

  /// - Returns: whether it is to be asked what it takes, for the first time or again.
  package mutating func noteReady() -> Bool {
    busyRounds = 0
    roundsSinceContract += 1
    return contract == nil || roundsSinceContract >= Self.roundsPerContract
  }

  /// Notes that it was too busy in this round to say whether it is ready.
  ///
  /// - Returns: whether that is no reason to give it up: not at once, and not while it has something to do, or had a moment ago.
  package mutating func noteBusyRound() -> Bool {
    busyRounds += 1
    let isAtWork = outstanding > 0 || roundsSinceAnswer <= Self.mostBusyRounds
    return contract != nil && isAtWork && busyRounds < Self.mostBusyRounds
  }

  /// Puts it in use, or out of it.
  ///
  /// - Returns: whether that is news.
  package mutating func settle(_ standing: Standing) -> Bool {
    let isNews = self.standing.map { !standing.isNoNews(after: $0) } ?? true
    // What it did before it was out of use says nothing about it.
    if contract == nil { penalty = UpstreamPenalty() }
    self.standing = standing
    roundsSinceContract = 0
    busyRounds = 0
    return isNews
  }
}
