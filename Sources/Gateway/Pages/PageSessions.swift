import Synchronization

/// Who is logged in to the audit pages. Sessions live in memory alone: a restart ends them.
package final class PageSessions: Sendable {
  package struct Session: Sendable {
    package let id: String
    /// Whose it is, it shows for as long as it is one of the tokens.
    package let token: String
    /// What forms of this session carry, and no other site can know.
    package let csrf: String
    fileprivate let end: ContinuousClock.Instant
  }

  private let sessions = Mutex<[String: Session]>([:])

  package static let duration = Duration.seconds(12 * 3600)
  package static let most = 1000

  package init() {}

  /// Begins a session; the oldest one ends where there are too many.
  package func begin(_ token: String, now: ContinuousClock.Instant = .now) -> Session {
    let session = Session(
      id: Self.randomText(), token: token, csrf: Self.randomText(), end: now + Self.duration)
    sessions.withLock { sessions in
      sessions = sessions.filter { $0.value.end > now }
      if sessions.count >= Self.most, let oldest = sessions.values.min(by: { $0.end < $1.end }) {
        sessions[oldest.id] = nil
      }
      sessions[session.id] = session
    }
    return session
  }

  /// `nil` for one that is not there, or has ended.
  package func session(_ id: String, now: ContinuousClock.Instant = .now) -> Session? {
    sessions.withLock { $0[id] }.flatMap { $0.end > now ? $0 : nil }
  }

  package func end(_ id: String) { sessions.withLock { $0[id] = nil } }

  /// 256 bits from the system's generator.
  static func randomText() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
