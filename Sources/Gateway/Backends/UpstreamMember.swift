/// What is known of one model server among several: whether it is in use, and how much it has to do.
///
/// It is a value without a connection. `UpstreamPool` keeps one for each server, asks them in rounds whether they are ready, and
/// tells it what came of that.
package struct UpstreamMember: Sendable {
  /// What it takes; `nil` while it is not in use.
  package private(set) var contract: UpstreamContract?
  /// Requests that it has not answered yet.
  package private(set) var outstanding = 0
  private var lastUsed = 0
  /// Why it is not in use, said once.
  private var complaint: UpstreamWords?
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

  // MARK: - Requests

  /// Whether it is asked rather than another one: it has fewer outstanding requests, or as many and was used longer ago.
  package func isPreferred(to other: UpstreamMember) -> Bool {
    (outstanding, lastUsed) < (other.outstanding, other.lastUsed)
  }

  /// - Parameters:
  ///   - use: a number that grows with each use of any server.
  package mutating func take(at use: Int) {
    outstanding += 1
    lastUsed = use
  }

  package mutating func give() { outstanding -= 1 }

  package mutating func noteAnswer() { roundsSinceAnswer = 0 }

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

  /// Puts it in use with a contract, and out of it without.
  ///
  /// What a server says of itself may be something else with each round; that alone is nothing new.
  ///
  /// - Returns: whether that is news.
  package mutating func settle(contract: UpstreamContract?, complaint: UpstreamWords?) -> Bool {
    let isNews =
      (self.contract == nil) != (contract == nil) || self.complaint?.event != complaint?.event
    self.contract = contract
    self.complaint = complaint
    roundsSinceContract = 0
    busyRounds = 0
    return isNews
  }
}
