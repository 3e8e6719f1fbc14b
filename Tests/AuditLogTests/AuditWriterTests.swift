import AuditLog
import AuditTestSupport
import Common
import Foundation
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

  @Test("only what is durable is counted, and before anybody hears of it")
  func counting() async throws {
    let log = try TestLog()
    let fragile = try FragileDatabase(log.database())
    let counted = Mutex(0)
    let writer = AuditWriter(try AuditStore(fragile, folder: log.folder.path), name: "one") { entries, _ in
      counted.withLock { $0 += entries }
    }
    for number in 1...100 {
      try await writer.append([Judged.number(number).entry])
      #expect(counted.withLock { $0 } == number)
    }
    fragile.fails.withLock { $0 = true }
    for number in 0..<50 {
      await #expect(throws: SluiceError.self) { try await writer.append([Judged.number(number).entry]) }
    }
    try await writer.perform { _ in }
    #expect(counted.withLock { $0 } == 100)
    #expect(try log.store().heads().map(\.sequence) == [100])
  }

  @Test("a log that cannot be written to says so until it can, also while nobody writes", arguments: Backend.installed)
  func writability(backend: Backend) async throws {
    let log = try TestLog(backend)
    let fragile = try FragileDatabase(log.database())
    let store = try AuditStore(fragile, folder: log.folder.path)
    let writer = AuditWriter(store, name: "one", probeInterval: .milliseconds(5))
    #expect(writer.isWritable)
    try await writer.append([Judged.number(1).entry])
    for _ in 0..<3 {
      fragile.fails.withLock { $0 = true }
      await #expect(throws: SluiceError.self) { try await writer.append([Judged.number(2).entry]) }
      #expect(!writer.isWritable)
      let tries = fragile.failures.withLock { $0 }
      try await eventually("three more tries") { fragile.failures.withLock { $0 } >= tries + 3 }
      #expect(!writer.isWritable)
      fragile.fails.withLock { $0 = false }
      try await eventually("it can write again") { writer.isWritable }
    }
    // Trials leave no trace.
    #expect(try store.heads().map(\.sequence) == [1] && store.verified().words == [])
    fragile.fails.withLock { $0 = true }
    await #expect(throws: SluiceError.self) { try await writer.append([Judged.number(2).entry]) }
    fragile.fails.withLock { $0 = false }
    try await writer.append([Judged.number(3).entry])
    #expect(writer.isWritable)
  }

  @Test("while images cannot be kept, entries without any do not make the log writable")
  func imagesAlone() async throws {
    let log = try TestLog()
    let writer = AuditWriter(try log.store(), name: "one", probeInterval: .seconds(1000))
    try log.folder.file("quarantine", "in the way")
    await #expect(throws: SluiceError.self) { try await writer.append([Judged.kept(1).entry]) }
    for number in 2...4 {
      try await writer.append([Judged.number(number).entry])
      #expect(!writer.isWritable)
    }
    try FileManager.default.removeItem(atPath: log.quarantine)
    try await writer.append([Judged.kept(1).entry])
    #expect(writer.isWritable)
  }

  @Test("nobody waits behind something that does not end, and once it has ended records are taken again")
  func hanging() async throws {
    let log = try TestLog()
    let hanging = try HangingDatabase(log.database())
    let store = try AuditStore(hanging, folder: log.folder.path)
    let writer = AuditWriter(store, name: "one", patience: .milliseconds(40))
    try await writer.append([Judged.number(1).entry])
    for round in 1...3 {
      hanging.hangs.withLock { $0 = true }
      let first = Task { try await writer.append([Judged.number(2).entry]) }
      try await eventually("it hangs") { hanging.isHanging.withLock { $0 } }
      let second = Task { try await writer.append([Judged.number(3).entry]) }
      let refused = await #expect(throws: SluiceError.self) { try await second.value }
      #expect(refused?.code == .auditUnavailable && refused?.remedy != nil)
      #expect(!writer.isWritable)
      await #expect(throws: SluiceError.self) { try await writer.append([Judged.number(3).entry]) }
      await #expect(throws: SluiceError.self) { try await writer.perform { _ in } }
      hanging.hangs.withLock { $0 = false }
      #expect(try await first.value.map(\.sequence) == [2 * round], "what was begun is recorded")
      #expect(writer.isWritable)
      try await writer.append([Judged.number(4).entry])
    }
    #expect(try store.heads().map(\.sequence) == [7] && store.verified().words == [])
  }

  @Test("who gives up does not wait for the transaction with its entries either, and they may be recorded all the same")
  func givingUp() async throws {
    let log = try TestLog()
    let hanging = try HangingDatabase(log.database())
    let store = try AuditStore(hanging, folder: log.folder.path)
    let writer = AuditWriter(store, name: "one", patience: .milliseconds(40))
    for round in 1...3 {
      hanging.hangs.withLock { $0 = true }
      let given = await #expect(throws: SluiceError.self) {
        try await writer.append([Judged.number(round).entry], givesUp: true)
      }
      #expect(given?.code == .auditUnavailable && given?.message.contains("later") == true)
      #expect(!writer.isWritable && hanging.isHanging.withLock { $0 })
      hanging.hangs.withLock { $0 = false }
      try await eventually("it can write again") { writer.isWritable }
      #expect(try await writer.append([Judged.number(4).entry], givesUp: true).map(\.sequence) == [2 * round])
    }
    #expect(try store.heads().map(\.sequence) == [6] && store.verified().words == [])
  }

  @Test("after something that did not end in time and failed, nothing is tried but trials, until one succeeds")
  func hangingAndFailing() async throws {
    let log = try TestLog()
    let fragile = try FragileDatabase(log.database())
    let hanging = HangingDatabase(fragile)
    let store = try AuditStore(hanging, folder: log.folder.path)
    let writer = AuditWriter(store, name: "one", probeInterval: .milliseconds(5), patience: .milliseconds(40))
    hanging.hangs.withLock { $0 = true }
    let other = Task {
      try await writer.perform { store throws(SluiceError) in _ = try store.append([AuditEntry](), to: "two") }
    }
    try await eventually("it cannot write") { !writer.isWritable }
    fragile.fails.withLock { $0 = true }
    hanging.hangs.withLock { $0 = false }
    await #expect(throws: SluiceError.self) { try await other.value }
    try await eventually("four tries") { fragile.failures.withLock { $0 } >= 4 }
    #expect(!writer.isWritable)
    await #expect(throws: SluiceError.self) { try await writer.append([Judged.number(1).entry]) }
    fragile.fails.withLock { $0 = false }
    try await eventually("it can write again") { writer.isWritable }
    #expect(try await writer.append([Judged.number(1).entry]).map(\.sequence) == [1])
  }

  @Test("a writer that cannot write does not live on for trying")
  func lifetime() async throws {
    let log = try TestLog()
    let fragile = try FragileDatabase(log.database())
    weak var abandoned: AuditWriter?
    do {
      let store = try AuditStore(fragile, folder: log.folder.path)
      let writer = AuditWriter(store, name: "one", probeInterval: .milliseconds(1))
      fragile.fails.withLock { $0 = true }
      await #expect(throws: SluiceError.self) { try await writer.append([Judged.number(1).entry]) }
      abandoned = writer
    }
    try await eventually("the writer is gone") { abandoned == nil }
  }

  private final class End: Sendable {
    let isReached = Mutex(false)
  }

  @Test("other work gets its turn although somebody always waits to record")
  func turns() async throws {
    // While one transaction lasts, those of the one before come again.
    let writer = AuditWriter(try TestLog().store(), name: "one") { _, _ in Thread.sleep(forTimeInterval: 0.002) }
    let end = End()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<16 {
        group.addTask {
          while !end.isReached.withLock({ $0 }), !Task.isCancelled {
            try await writer.append([Judged.number(number).entry])
          }
        }
      }
      for _ in 0..<20 { try await writer.perform { _ in } }
      end.isReached.withLock { $0 = true }
      try await group.waitForAll()
    }
    #expect(try writer.store.verified().words == [])
  }

  @Test("longer work is done in steps, and what is recorded meanwhile gets in between", arguments: Backend.installed)
  func longWork(backend: Backend) async throws {
    let writer = AuditWriter(try TestLog(backend).store(), name: "one")
    try await writer.append((0..<450).map { Judged.kept($0).entry })
    var cleanup = QuarantineCleanup(writer.store, to: QuarantineLimits(bytes: 0), by: "one")
    try await writer.carryOut(&cleanup) { (try? await writer.append([Judged.number(1).entry])) == nil }
    #expect(cleanup.isDone && cleanup.pruning.images == 450)
    let kinds = try (451..<500).compactMap {
      try writer.store.record(AuditReference(writer: "one", sequence: $0))?.kind
    }
    #expect(kinds.filter { $0 == "pruned" }.count == 3)
    #expect(!zip(kinds, kinds.dropFirst()).contains { $0 == "pruned" && $1 == "pruned" }, "\(kinds)")
    #expect(try writer.store.verified().words == [])
  }

  @Test("what only reads keeps nobody from recording, however long it takes")
  func longReading() async throws {
    let log = try TestLog()
    let hanging = try HangingDatabase(log.database())
    let store = try AuditStore(hanging, folder: log.folder.path)
    let writer = AuditWriter(store, name: "one", patience: .seconds(5))
    hanging.readingHangs.withLock { $0 = true }
    let cleaning = Task {
      var cleanup = QuarantineCleanup(store, to: QuarantineLimits(bytes: 0), by: "one")
      try await writer.carryOut(&cleanup)
      return cleanup.isDone
    }
    try await eventually("the cleanup reads") { hanging.isReading.withLock { $0 } }
    for number in 1...3 { try await writer.append([Judged.number(number).entry]) }
    hanging.readingHangs.withLock { $0 = false }
    #expect(try await cleaning.value)
    #expect(try await writer.read { store throws(SluiceError) in try store.heads().map(\.sequence) } == [3])
  }

  @Test("longer work ends between its steps when it must, and is taken up again")
  func longWorkThatEnds() async throws {
    let store = try TestLog().store()
    let writer = AuditWriter(store, name: "one")
    try await writer.append((0..<450).map { Judged.kept($0).entry })
    var (cleanup, asked) = (QuarantineCleanup(store, to: QuarantineLimits(bytes: 0), by: "one"), 0)
    try await writer.carryOut(&cleanup) {
      asked += 1
      // What there is is summed up, then former deletions are carried out, then some go.
      return asked > 3
    }
    #expect(!cleanup.isDone && (1..<450).contains(cleanup.pruning.images))
    #expect(try store.quarantineSize().images == 450 - cleanup.pruning.images)
    #expect(try store.verified().words == [])
    try await writer.carryOut(&cleanup)
    #expect(cleanup.isDone && cleanup.pruning.images == 450)
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
private final class FragileDatabase: ForwardingDatabase {
  let base: any AuditDatabase
  let fails = Mutex(false)
  let failures = Mutex(0)

  init(_ base: any AuditDatabase) { self.base = base }

  func write<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    try base.write { connection throws(SluiceError) in
      let result = try work(connection)
      if fails.withLock({ $0 }) {
        failures.withLock { $0 += 1 }
        throw SluiceError(.auditUnavailable, "the disk is gone")
      }
      return result
    }
  }
}

/// A database whose transactions wait on request, as on a disk that hangs.
private final class HangingDatabase: ForwardingDatabase {
  let base: any AuditDatabase
  let hangs = Mutex(false)
  let isHanging = Mutex(false)
  let readingHangs = Mutex(false)
  let isReading = Mutex(false)

  init(_ base: any AuditDatabase) { self.base = base }

  func read<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    while readingHangs.withLock({ $0 }) {
      isReading.withLock { $0 = true }
      Thread.sleep(forTimeInterval: 0.002)
    }
    return try base.read(work)
  }

  func write<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    while hangs.withLock({ $0 }) {
      isHanging.withLock { $0 = true }
      Thread.sleep(forTimeInterval: 0.002)
    }
    isHanging.withLock { $0 = false }
    return try base.write(work)
  }
}
