import AuditLog
import AuditTestSupport
import Auditing
import Common
import FilterPipeline
import ImageCodecs
import Synchronization
import TestSupport
import Testing

/// What becomes of junk that somebody sends without end.
struct RejectionLimitTests {
  private static func recorder(
    _ folder: TemporaryFolder, _ limit: RejectionLimit?
  ) throws -> (recorder: AuditRecorder, store: AuditStore) {
    let store = try AuditLocation(folder: AuditFolder(folder.path + "/audit")).open()
    let writer = AuditWriter(store, name: "one")
    return (AuditRecorder(writer, RecordingPolicy(build: "test"), rejections: limit), store)
  }

  private static func image(
    _ bytes: [UInt8], _ outcome: Verdict.Outcome = .rejected, _ code: SluiceError.Code? = .notAnImage
  ) -> JudgedImage {
    let verdict = Verdict(
      ofUnseen: "x", id: 1, sha256: String(repeating: "ab", count: 32), outcome: outcome,
      filter: FilterIdentity(name: "test", digest: "d"), error: code.map { SluiceError($0, "no") })
    return JudgedImage(EncodedInput(source: "x", bytes: bytes), verdict)
  }

  private static func records(_ store: AuditStore, _ kind: AuditKind) throws -> [JSONValue] {
    var query = AuditQuery()
    query.kind = kind
    query.isOldestFirst = true
    return try store.records(query, limit: 100_000).map(\.json)
  }

  @Test("so many at once, then so many per second")
  func bucket() {
    let start = ContinuousClock.now
    let limit = RejectionLimit(rate: 2, burst: 5, now: start)
    func admitted(_ count: Int, at seconds: Double) -> Int {
      (0..<count).filter { _ in limit.admits(now: start + .seconds(seconds)) }.count
    }
    #expect(admitted(100, at: 0) == 5 && admitted(100, at: 0.4) == 0 && admitted(100, at: 0.5) == 1)
    #expect(admitted(100, at: 1.5) == 2 && admitted(100, at: 1) == 0 && admitted(100, at: 1.5) == 0)
    #expect(admitted(100, at: 1000) == 5)
  }

  @Test("records and sums together are the inputs, and only what was rejected is summed up")
  func conservation() async throws {
    let folder = try TemporaryFolder()
    let (recorder, store) = try Self.recorder(folder, RejectionLimit(rate: 0, burst: 10))
    let junk = Self.image([1, 2, 3, 4, 5, 6, 7, 8])
    let broken = Self.image([UInt8](repeating: 7, count: 100), .rejected, .truncatedImage)
    var inputs = 0
    for round in 0..<50 {
      let images = [junk, broken, Self.image([9], .clean, nil), Self.image([9], .adversarial, nil), junk]
      try await recorder.record(images)
      inputs += images.count
      if round % 10 == 9 { try await recorder.sumUp() }
    }
    #expect(try await recorder.sumUp() == 0, "nothing is summed up twice")
    let (records, sums) = (try Self.records(store, .verdict), try Self.records(store, .summary))
    #expect(records.filter { $0["verdict"] == .string("rejected") }.count == 10)
    #expect(records.filter { $0["verdict"] != .string("rejected") }.count == 100)
    #expect(sums.count == 5)
    #expect(records.count + sums.reduce(0) { $0 + ($1["inputs"]?.integer ?? 0) } == inputs)
    let codes = sums.reduce(into: [String: Int]()) { counts, sum in
      for error in sum["errors"]?.members ?? [] { counts[error.name, default: 0] += error.value.integer ?? 0 }
    }
    #expect(codes.values.reduce(0, +) == 140 && Set(codes.keys) == ["not-an-image", "truncated-image"])
    for sum in sums {
      let since = sum["since"]?.string.flatMap { AuditTime($0) }
      let until = sum["until"]?.string.flatMap { AuditTime($0) }
      #expect(try #require(since) <= #require(until))
    }
    #expect(try AuditVerifier(store, keys: [], checksImages: false).verify().holds)
  }

  @Test("without a limit each is recorded")
  func noLimit() async throws {
    let folder = try TemporaryFolder()
    let (recorder, store) = try Self.recorder(folder, nil)
    for _ in 0..<20 { try await recorder.record((0..<100).map { _ in Self.image([1]) }) }
    #expect(try await recorder.sumUp() == 0)
    #expect(try Self.records(store, .verdict).count == 2000)
  }

  @Test("bytes that no decoder has looked at are not kept")
  func junk() async throws {
    let folder = try TemporaryFolder()
    let (recorder, store) = try Self.recorder(folder, nil)
    let long = [UInt8](repeating: 7, count: 5000)
    for (image, isKept) in [
      (Self.image(Array("8 bytes!".utf8)), false), (Self.image(long), false),
      (Self.image(long, .rejected, .formatNotPermitted), false),
      (Self.image([0x89, 0x50, 0x4E, 0x47], .rejected, .truncatedImage), false),
      (Self.image(long, .rejected, .truncatedImage), true), (Self.image(long, .rejected, .corruptImage), true),
      (Self.image(long, .failed, .outOfMemory), true), (Self.image([1], .adversarial, nil), true),
    ] {
      try await recorder.record([image])
      let record = try #require(try Self.records(store, .verdict).last)
      #expect(record["quarantined"] == .bool(isKept), "\(record.text)")
      #expect(record["sha256"]?.string?.isDigest == true && record["bytes"]?.integer == image.input.bytes.count)
    }
    #expect(try store.quarantineSize().images == 1, "all of one digest here")
  }

  @Test("a sum that cannot be recorded is part of the next one, and nothing is counted meanwhile")
  func failure() async throws {
    let folder = try TemporaryFolder()
    let limit = RejectionLimit(rate: 0, burst: 0)
    let (recorder, store) = try Self.recorder(folder, limit)
    try await recorder.record([Self.image([1])])
    let path = folder.path + "/audit/audit.sqlite"
    let gate = try Gate(SQLiteDatabase(path: path))
    let closed = AuditRecorder(
      AuditWriter(
        try AuditStore(gate, folder: folder.path + "/audit"), name: "two", probeInterval: .seconds(1000)),
      RecordingPolicy(build: "test"), rejections: limit)
    gate.isClosed.withLock { $0 = true }
    await #expect(throws: SluiceError.self) { try await closed.sumUp() }
    await #expect(throws: SluiceError.self) { try await closed.record([Self.image([1])]) }
    await #expect(throws: SluiceError.self) { try await closed.record([Self.image([1]), Self.image([2])]) }
    gate.isClosed.withLock { $0 = false }
    try await closed.record([Self.image([2], .clean, nil)])
    try await closed.record([Self.image([1])])
    #expect(try await closed.sumUp() == 2)
    #expect(try Self.records(store, .summary).map { $0["inputs"]?.integer } == [2])
  }
}

/// A database that refuses to be written to on request.
private final class Gate: ForwardingDatabase {
  let base: any AuditDatabase
  let isClosed = Mutex(false)

  init(_ base: any AuditDatabase) { self.base = base }

  func write<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    guard !isClosed.withLock({ $0 }) else { throw SluiceError(.auditUnavailable, "closed") }
    return try base.write(work)
  }
}
