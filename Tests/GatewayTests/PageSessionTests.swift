import Gateway
import Synchronization
import Testing

/// Who is logged in to the audit pages, and how long.
struct PageSessionTests {
  private static let token = "a-token-of-somebody"

  private let sessions = PageSessions()
  private let start = ContinuousClock.now

  @Test("a session lasts so long and no longer, and ends with the log-out")
  func expiry() {
    let session = sessions.begin(Self.token, now: start)
    let end = start + PageSessions.duration
    #expect(sessions.session(session.id, now: end - .milliseconds(1))?.token == Self.token)
    #expect(sessions.session(session.id, now: end) == nil)
    #expect(sessions.session("", now: start) == nil && sessions.session(session.csrf, now: start) == nil)
    sessions.end(session.id)
    #expect(sessions.session(session.id, now: start) == nil)
  }

  @Test("there are so many sessions at a time; the oldest one makes room for the next")
  func most() {
    let ids = (0...PageSessions.most).map { sessions.begin(Self.token, now: start + .seconds($0)).id }
    #expect(Set(ids).count == ids.count)
    let now = start + .seconds(PageSessions.most)
    #expect(ids.map { sessions.session($0, now: now) != nil } == [false] + ids.dropFirst().map { _ in true })
  }

  @Test("sessions that have ended are not counted")
  func roomOfEndedSessions() {
    for _ in 0..<PageSessions.most { _ = sessions.begin(Self.token, now: start) }
    let later = start + PageSessions.duration
    let ids = (0..<PageSessions.most).map { _ in sessions.begin(Self.token, now: later).id }
    #expect(ids.allSatisfy { sessions.session($0, now: later) != nil })
  }

  private final class Pauses: Sendable {
    private let pauses = Mutex<[Duration]>([])

    var all: [Duration] { pauses.withLock { $0 } }
    func add(_ pause: Duration) { pauses.withLock { $0.append(pause) } }
  }

  @Test("whoever shows a wrong token waits, and whoever shows a right one does not")
  func penalty() async throws {
    let pauses = Pauses()
    let reviewers = try #require(ReviewerTokens(lines: ["alice:\(Self.token)"]))
    let entrance = PageEntrance(reviewers, sessions) { pauses.add($0) }
    let session = try #require(await entrance.session(for: Self.token))
    #expect(session.token == Self.token && sessions.session(session.id)?.csrf == session.csrf)
    #expect(pauses.all.isEmpty)
    for wrong in [nil, "", Self.token + "x"] { #expect(await entrance.session(for: wrong) == nil) }
    #expect(pauses.all == Array(repeating: PageEntrance.penalty, count: 3))
    #expect(PageEntrance.penalty >= .milliseconds(100), "guessing takes years")
  }
}
