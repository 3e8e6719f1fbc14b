import Common
import Foundation
import StatefulDetection
import StatefulDetectionRedis
import Synchronization
import TestSupport
import Testing

/// A server of its own for a test.
struct TestServer {
  static let stream = SharingSettings.standardStream
  let process: RedisServer

  init(users: [String] = []) async throws {
    process = try RedisServer(users: users)
    try process.start()
  }

  func address() throws -> RedisAddress { try RedisAddress(process.url) }

  /// Two that share, the second of which has learned what the first was asked.
  func pairThatLearned() async throws -> (first: TestSharer, second: TestSharer) {
    let (first, second) = (TestSharer(self), TestSharer(self))
    first.ask(Samples.question(1))
    try await second.until { $0.learned == 1 }
    return (first, second)
  }
}

/// A memory that shares, and what became of it.
final class TestSharer: Sendable {
  let memory = QueryMemory()
  private let sharing: QuestionSharing
  private let task: Task<Void, Never>

  struct Events: Sendable {
    var sent = 0
    var learned = 0
    var lost: [SharingEvent.Loss: Int] = [:]
    /// Codes, and `available`.
    var changes: [String] = []
    /// Errors in words.
    var reasons: [String] = []

    var losses: Int { lost.values.reduce(0, +) }

    mutating func note(_ event: SharingEvent) {
      switch event {
      case .sent(let count): sent += count
      case .learned(let count): learned += count
      case .lost(let loss, let count): lost[loss, default: 0] += count
      case .available: changes.append("available")
      case .unavailable(let error):
        changes.append("\(error.code)")
        reasons.append("\(error)")
      case .notTrimmed(let error): reasons.append("\(error)")
      }
    }
  }

  /// Where events go: the sharing must not hold the sharer.
  private final class Log: Sendable {
    let events = Mutex(Events())
  }
  private let record: Log

  init(_ address: RedisAddress, _ files: RedisTLSFiles = RedisTLSFiles(), questions: Int = 10_000) {
    let record = Log()
    self.record = record
    let sharing = QuestionSharing(
      SharingSettings(address: address, tls: files, questions: questions, age: .seconds(3600)), memory: memory
    ) { event in record.events.withLock { $0.note(event) } }
    self.sharing = sharing
    task = Task { await sharing.run() }
  }

  convenience init(_ server: TestServer, questions: Int = 10_000) {
    guard let address = try? server.address() else { fatalError("the server has an address") }
    self.init(address, questions: questions)
  }

  deinit { task.cancel() }

  var events: Events { record.events.withLock { $0 } }

  func share(_ question: Question) { sharing.share(question) }

  /// As a gateway does.
  func ask(_ question: Question) {
    _ = memory.note(question)
    share(question)
  }

  /// Waits for something that is to become true, and fails where it does not within a minute.
  func until(_ condition: (Events) -> Bool, _ place: SourceLocation = #_sourceLocation) async throws {
    for _ in 0..<6000 {
      if condition(events) { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("it did not come true: \(events)", sourceLocation: place)
    throw CancellationError()
  }

  /// Waits until another entry was read, so that all events of those before it were told.
  func readsOn(_ server: TestServer) async throws {
    let before = events.lost[.malformed] ?? 0
    try server.process.script("$cli XADD \(TestServer.stream) '*' q x")
    try await until { ($0.lost[.malformed] ?? 0) > before }
  }

  /// Milliseconds since 1970.
  static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
