import AuditLog
import Pixels
import Synchronization
import TestSupport
import Testing

struct AuditWriterTests {
  @Test("what waits is written together, each in its place", arguments: Backend.installed)
  func groupCommit(backend: Backend) async throws {
    let log = try TestLog(backend)
    let batches = Mutex<[Int]>([])
    let writer = AuditWriter(try log.store(), name: "one") { entries, _ in batches.withLock { $0.append(entries) } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          let images = (0...number % 3).map { Judged(source: "\(number)-\($0)", bytes: [UInt8(number)]) }
          let references = try await writer.append(images.map(\.entry))
          #expect(references.count == images.count)
          for (image, reference) in zip(images, references) {
            // By another connection: what returned is there for everybody.
            let record = try writer.store.record(reference)
            #expect(record?.json["source"]?.string == image.source)
            #expect(reference.sequence == references[0].sequence + (Int(image.source.suffix(1)) ?? -1))
          }
        }
      }
      try await group.waitForAll()
    }
    // The observer hears of a batch after its waiters do.
    try await writer.perform { _ in }
    #expect(try await writer.append([]) == [])
    let verification = try log.store().verified()
    #expect(verification.holds && verification.records == 399)
    let counts = batches.withLock { $0 }
    #expect(counts.reduce(0, +) == 399 && counts.count < 200, "\(counts.count) transactions")
  }

  @Test("a failure reaches everybody who waits, and what comes later is recorded again")
  func failure() async throws {
    let log = try TestLog()
    let fragile = try FragileDatabase(log.database())
    let writer = AuditWriter(try AuditStore(fragile, folder: log.folder.path), name: "one")
    try await writer.append([Judged.number(1).entry])
    fragile.fails.withLock { $0 = true }
    let failed = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<50 {
        group.addTask {
          do throws(SluiceError) {
            try await writer.append([Judged.kept(number).entry])
            return false
          } catch { return error.code == .auditUnavailable }
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(failed == 50)
    fragile.fails.withLock { $0 = false }
    #expect(try await writer.append([Judged.kept(1).entry]).map(\.description) == ["one:2"])
    #expect(try writer.store.verified().words == [])
  }

  @Test("a task that is cancelled has its image recorded all the same")
  func cancellation() async throws {
    let writer = AuditWriter(try TestLog().store(), name: "one")
    let tasks = (0..<20).map { number in
      Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await writer.append([Judged.number(number).entry])
      }
    }
    for task in tasks { #expect(try await task.value.count == 1) }
    #expect(try writer.store.heads().map(\.sequence) == [20])
  }

  @Test("other work on the log takes its turn, and its errors come back")
  func otherWork() async throws {
    let writer = AuditWriter(try TestLog().store(), name: "one")
    try await writer.append([Judged.number(1).entry])
    #expect(try await writer.perform { store throws(SluiceError) in try store.heads().count } == 1)
    await #expect(throws: SluiceError.self) {
      try await writer.perform { _ throws(SluiceError) in throw SluiceError(.noSuchRecord, "none") }
    }
  }
}

/// A database whose transactions fail at their end on request, as on a full disk.
private final class FragileDatabase: AuditDatabase {
  let base: any AuditDatabase
  let fails = Mutex(false)
  var dialect: SQLDialect { base.dialect }

  init(_ base: any AuditDatabase) { self.base = base }

  func read<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result { try base.read(work) }

  func write<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    try base.write { connection throws(SluiceError) in
      let result = try work(connection)
      if fails.withLock({ $0 }) { throw SluiceError(.auditUnavailable, "the disk is gone") }
      return result
    }
  }
}
