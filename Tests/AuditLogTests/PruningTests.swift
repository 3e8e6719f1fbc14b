import AuditLog
import AuditTestSupport
import Common
import Foundation
import Synchronization
import TestSupport
import Testing

/// Clocks that jump, and tables that a stranger has changed.
struct PruningTests {
  private static let start = AuditTime(microseconds: 1_800_000_000_000_000)
  private static func days(_ count: Double) -> Duration { .seconds(count * 86_400) }

  /// A log with an image a day, ten days long.
  private static func tenDays(_ backend: Backend) throws -> (log: TestLog, store: AuditStore) {
    let log = try TestLog(backend)
    let store = try log.store()
    for number in 0..<10 { try store.append([.kept(number, time: start + days(Double(number)))]) }
    return (log, store)
  }

  private static func opened(_ time: AuditTime) -> AuditEntry {
    AuditEntry(.opened, time: time, ["build": .string("1")])
  }

  @Test(
    "a clock that jumps ahead deletes nothing, whatever a program that starts under it records",
    arguments: Backend.installed)
  func jump(backend: Backend) throws {
    let (_, store) = try Self.tenDays(backend)
    let (limits, now) = (QuarantineLimits(age: Self.days(180)), Self.start + Self.days(410))
    _ = try store.append([Self.opened(now)], to: "one")
    for minute in 0..<5 {
      let now = now + .seconds(minute * 60)
      let expected = try store.pruningPreview(to: limits, now: now)
      let pruning = try store.prune(to: limits, now: now, by: "one")
      #expect(pruning == expected && pruning.images == 0)
      #expect(pruning.doubt?.now == now && pruning.doubt?.lastRecord == Self.start + Self.days(9))
      try store.append([.number(100 + minute)])
    }
    #expect(try store.quarantineSize().images == 10)
    let error = try store.pruningPreview(to: limits, now: now).doubt?.error
    #expect(error?.code == .clockInDoubt && error?.message.contains("2028-02-29") == true, "\(error as Any)")
    #expect(error?.message.contains("2027-01-24") == true && error?.remedy?.contains("--trust-clock") == true)
    // By size all the same, and by age where somebody says that it is right.
    let bySize = QuarantineLimits(bytes: 8 * 4096, age: Self.days(180))
    let half = try store.prune(to: bySize, now: now, by: "one")
    #expect(half.images == 2 && half.doubt != nil)
    let all = try store.prune(to: limits, now: now, trustsClock: true, by: "one")
    #expect(all.images == 8 && all.doubt == nil)
    #expect(try store.verified().words == [])
  }

  @Test("an image that comes while the clock is behind is as old as the newest record", arguments: Backend.installed)
  func clockBehind(backend: Backend) throws {
    let (_, store) = try Self.tenDays(backend)
    let limits = QuarantineLimits(age: Self.days(30))
    #expect(try store.clockLag(now: Self.start + Self.days(8.5)) == nil)
    let lag = try store.clockLag(now: AuditTime(microseconds: 0))
    #expect(lag?.lastRecord == Self.start + Self.days(9) && lag?.error.message.contains("1970-01-01") == true)
    try store.append([
      .kept(100, time: AuditTime(microseconds: 0)), .kept(101, time: AuditTime(microseconds: 1_000_000)),
    ])
    #expect(try store.prune(to: limits, now: Self.start + Self.days(10), by: "one").images == 0)
    #expect(
      try store.prune(to: limits, now: Self.start + Self.days(39.5), trustsClock: true, by: "one").images == 12,
      "and goes with those")
    #expect(try store.verified().words == [])
  }

  @Test("a clock that was ahead for a moment does not date what comes after it", arguments: Backend.installed)
  func clockAhead(backend: Backend) throws {
    let (_, store) = try Self.tenDays(backend)
    _ = try store.append([Self.opened(Self.start + Self.days(400))], to: "two")
    #expect(try store.clockLag(now: Self.start + Self.days(10)) == nil)
    try store.append([.kept(100, time: Self.start + Self.days(10))])
    let limits = QuarantineLimits(age: Self.days(1))
    let pruning = try store.prune(to: limits, now: Self.start + Self.days(11.5), trustsClock: true, by: "one")
    #expect(pruning.images == 11)
  }

  @Test(
    "times that a stranger has put in end nothing",
    arguments: ["9223372036854775807", "-9223372036854775808", "'soon'", "x'00'", "1e300"])
  func tamperedTimes(time: String) throws {
    let (log, store) = try Self.tenDays(.sqlite)
    try log.tamper("UPDATE audit_record SET time = \(time) WHERE sequence = 4")
    for now in [0, Self.start.microseconds] { _ = try store.clockLag(now: AuditTime(microseconds: now)) }
    try store.append([.kept(100, time: AuditTime(microseconds: 0)), .kept(101)])
    #expect(try store.quarantineSize().images == 12)
  }

  @Test(
    "what is kept is summed up once for all steps of a clean-up, while others may write", arguments: Backend.installed)
  func oneSum(backend: Backend) throws {
    let log = try TestLog(backend)
    let database = try ListeningDatabase(log.database())
    let store = try AuditStore(database, folder: log.folder.path)
    try store.append((0..<900).map { Judged.kept($0) })
    #expect(try store.prune(to: QuarantineLimits(bytes: 50 * 4096), by: "one").images == 850)
    #expect(database.statements.withLock { $0 }.count { $0.contains("SUM(") } == 0)
    #expect(database.questions.withLock { $0 }.count { $0.contains("SUM(") } == 1)
    #expect(try store.quarantineSize().images == 50 && store.verified().words == [])
  }

  @Test("two clean-ups at the same time delete no more than one", arguments: Backend.installed)
  func twoCleanups(backend: Backend) throws {
    let store = try TestLog(backend).store()
    try store.append((0..<1100).map { Judged.kept($0) })
    let limits = QuarantineLimits(bytes: 450 * 4096)
    var cleanups = ["one", "two"].map { QuarantineCleanup(store, to: limits, by: $0) }
    while cleanups.contains(where: { !$0.isDone }) {
      for number in cleanups.indices where !cleanups[number].isDone { try cleanups[number].step() }
    }
    #expect(cleanups.map(\.pruning.images).reduce(0, +) == 650)
    #expect(try store.quarantineSize().images == 450 && store.verified().words == [])
  }

  @Test("after a day of records under the new time it is believed", arguments: Backend.installed)
  func probation(backend: Backend) throws {
    let (_, store) = try Self.tenDays(backend)
    let (limits, now) = (QuarantineLimits(age: Self.days(180)), Self.start + Self.days(410))
    _ = try store.append([Self.opened(now)], to: "two")
    #expect(try store.prune(to: limits, now: now + Self.days(0.9), by: "one").images == 0)
    #expect(try store.prune(to: limits, now: now + Self.days(1.1), by: "one").images == 10)
  }

  @Test(
    "a log that rests for less than a day, or a tenth of how long images are kept, is pruned",
    arguments: [
      (9.0, 10.0, 5.0, 5), (9, 9.1, 1, 9), (9, 10.9, 5, 6), (9, 11.1, 5, nil), (40, 43.5, 30, 10), (40, 44.5, 30, nil),
      (40, 44.5, 36, 9), (40, 44.5, 100, 0),
    ])
  func rest(last: Double, now: Double, age: Double, deleted: Int?) throws {
    let (_, store) = try Self.tenDays(.sqlite)
    if last > 9 { _ = try store.append([Self.opened(Self.start + Self.days(last))], to: "one") }
    let pruning = try store.prune(
      to: QuarantineLimits(age: Self.days(age)), now: Self.start + Self.days(now), by: "one")
    #expect((pruning.doubt == nil) == (deleted != nil) && pruning.images == deleted ?? 0, "\(pruning)")
  }

  @Test("a young log, an empty one, and one with nothing to delete give no doubt")
  func noDoubt() throws {
    let log = try TestLog()
    let (store, limits) = (try log.store(), QuarantineLimits(age: .seconds(1)))
    #expect(try store.prune(to: limits, by: "one").images == 0)
    try store.append([.kept(1, time: .now - .seconds(60))])
    #expect(try store.prune(to: limits, by: "one").images == 1)
    try store.append([.number(1)])
    #expect(try store.prune(to: limits, now: .now + Self.days(1000), by: "one").doubt == nil)
  }

  @Test("a process that has run for a day under a steady clock believes it, until it jumps")
  func clockWatch() {
    let instant = ContinuousClock.now
    var watch = ClockWatch(time: Self.start, instant: instant)
    func isSteady(_ time: Double, after passed: Double) -> Bool {
      watch.observe(time: Self.start + Self.days(time), instant: instant + Self.days(passed))
    }
    #expect(!isSteady(0, after: 0) && !isSteady(0.99, after: 0.99) && isSteady(1.01, after: 1))
    #expect(isSteady(30, after: 30))
    #expect(!isSteady(431, after: 31) && !isSteady(431.5, after: 31.5) && isSteady(432, after: 32))
    #expect(!isSteady(40, after: 40), "and back")
  }

  @Test(
    "what is no digest is passed over, and nothing is recorded for it again and again",
    arguments: [
      "x'00ff'", "x'2e2e2f2e2e'", "''", "'../../../victim'", "'ABCDEF'", "NULL", "17", "CAST(sha256 AS BLOB)",
    ])
  func tamperedDigests(value: String) throws {
    let (log, store) = try Self.tenDays(.sqlite)
    let victim = try log.folder.file("victim", "not to be deleted")
    try FileManager.default.createDirectory(atPath: log.quarantine + "/..", withIntermediateDirectories: true)
    try log.tamper("UPDATE audit_object SET sha256 = \(value) WHERE sha256 = '\(Judged.kept(4).sha256)'")
    let limits = QuarantineLimits(bytes: 0)
    #expect(try store.pruningPreview(to: limits).images == 9)
    for round in 0..<3 {
      #expect(try store.prune(to: limits, by: "upkeep").images == (round == 0 ? 9 : 0))
    }
    var query = AuditQuery()
    query.kind = .pruned
    #expect(try store.count(query) == 1)
    #expect(FileManager.default.fileExists(atPath: victim))
    #expect(try !store.verified().holds, "and it is found")
  }

  @Test(
    "numbers and states that a stranger has put in end neither the process nor the clean-up",
    arguments: [
      "stored = 'soon'", "stored = x'00'", "stored = 1e300", "bytes = 9223372036854775807",
      "bytes = -9223372036854775808",
      "bytes = 'many'", "held = 'yes'", "state = 'gone'", "state = 1, sha256 = x'00'",
      "state = 1, sha256 = '../../victim'",
    ])
  func tamperedNumbers(change: String) throws {
    let (log, store) = try Self.tenDays(.sqlite)
    let victim = try log.folder.file("victim", "not to be deleted")
    try log.tamper("UPDATE audit_object SET \(change) WHERE sha256 = '\(Judged.kept(4).sha256)'")
    let limits = QuarantineLimits(bytes: 0)
    let expected = try store.pruningPreview(to: limits)
    #expect((9...10).contains(expected.images))
    #expect(try store.prune(to: limits, by: "upkeep").images == expected.images)
    #expect(try store.prune(to: limits, by: "upkeep").images == 0)
    #expect(FileManager.default.fileExists(atPath: victim))
  }

  @Test(
    "rows that name no image count as nothing, and no clean-up goes round in circles for them", arguments: OddText.all)
  func oddDigests(text: OddText) throws {
    let (log, store) = try Self.tenDays(.sqlite)
    try log.tamper(
      "INSERT INTO audit_object \(text.rows(600)) SELECT \(text.sql), 1 << 40, 1, 0, 0, NULL, NULL FROM numbers")
    let roomy = QuarantineLimits(bytes: 1 << 30)
    #expect(try store.pruningPreview(to: roomy).images == 0 && store.prune(to: roomy, by: "upkeep").images == 0)
    #expect(try store.quarantineSize().bytes == 10 * 4096)
    _ = try store.prune(to: QuarantineLimits(bytes: 0), by: "upkeep")
    #expect(try store.quarantineSize().bytes == 0)
  }

  @Test("images whose files are gone are deleted once", arguments: Backend.installed)
  func missingFiles(backend: Backend) throws {
    let (log, store) = try Self.tenDays(backend)
    if backend == .sqlite {
      try FileManager.default.removeItem(atPath: log.quarantine)
    } else {
      try log.tamper("DELETE FROM audit_image")
    }
    #expect(try store.prune(to: QuarantineLimits(bytes: 0), by: "upkeep").images == 10)
    #expect(try store.prune(to: QuarantineLimits(bytes: 0), by: "upkeep").images == 0)
    #expect(try store.verified().words == [])
  }

  @Test("an image counts with the blocks that it takes, encrypted or not", arguments: Backend.installed)
  func blocks(backend: Backend) throws {
    let key = Data((0..<32).map { UInt8($0) }).base64EncodedString()
    for (cipher, expected) in [(QuarantineCipher.none, 4), (try QuarantineCipher(secretText: key), 5)] {
      let store = try TestLog(backend).store(cipher: cipher)
      for count in [1, 4096, 4097] {
        try store.append([Judged(bytes: [UInt8](repeating: 1, count: count), isKept: true)])
      }
      #expect(try store.quarantineSize().bytes == expected * 4096)
      #expect(try store.verified().words == [])
    }
  }
}

/// A database that remembers what it was asked, within transactions that write and within those that read.
private final class ListeningDatabase: ForwardingDatabase {
  let base: any AuditDatabase
  let statements = Mutex<[String]>([])
  let questions = Mutex<[String]>([])

  init(_ base: any AuditDatabase) { self.base = base }

  private struct Connection: SQLConnection {
    let base: any SQLConnection
    let note: (String) -> Void

    func execute(_ sql: String, _ values: [SQLValue]) throws(SluiceError) {
      note(sql)
      try base.execute(sql, values)
    }

    func rows(_ sql: String, _ values: [SQLValue]) throws(SluiceError) -> [SQLRow] {
      note(sql)
      return try base.rows(sql, values)
    }
  }

  func read<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    try base.read { connection throws(SluiceError) in
      try work(Connection(base: connection) { sql in self.questions.withLock { $0.append(sql) } })
    }
  }

  func write<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    try base.write { connection throws(SluiceError) in
      try work(Connection(base: connection) { sql in self.statements.withLock { $0.append(sql) } })
    }
  }
}
