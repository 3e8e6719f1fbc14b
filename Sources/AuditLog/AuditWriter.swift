import Common
import Synchronization
import Workers

/// Writes to a chain for many at once: whatever waits while the disk is being flushed goes into the next transaction.
///
/// One flush then serves many verdicts, and no verdict waits longer than two flushes and a step of other work. Rejected alternative: a
/// timer that collects entries for some milliseconds, which would make every lone request wait for nothing.
package final class AuditWriter: Sendable {
  package let store: AuditStore
  /// What the chain is called.
  package let name: String
  private let thread = WorkerPool(threads: 1)
  /// For what only reads, and may take long.
  private let reading = WorkerPool(threads: 1)
  private let state = Mutex(State())
  private let observer: @Sendable (_ entries: Int, _ seconds: Double) -> Void
  private let probeInterval: Duration
  private let patience: Duration?

  private struct State {
    var waiting: [Waiter] = []
    var isWriting = false
    var isWritable = true
    /// Whether an entry with an image failed, and none has succeeded since, nor a trial: the bytes may lie on another disk, or in a folder
    /// that nobody may write to.
    var cannotKeep = false
    var isProbing = false
    var isWatching = false
    /// When what is being done on the log now began.
    var began: ContinuousClock.Instant?
    /// Whether something took longer than is permitted, and nothing has succeeded since.
    var isStuck = false
  }

  private struct Waiter {
    let entries: [AuditEntry]
    let continuation: CheckedContinuation<Result<[AuditReference], SluiceError>, Never>
  }

  /// Enough to make a flush cheap, and few enough to keep a transaction short.
  private static let maxTogether = 512

  /// - Parameters:
  ///   - probeInterval: how often it is tried whether a log that could not be written to can be again.
  ///   - patience: how long anything on the log may take before whoever comes, or waits behind it, is refused; `nil` where they wait as
  ///     long as it takes.
  ///   - observer: told after each transaction, and before anybody who waits for it, how many entries are durable now, and how long
  ///     it took. Not told of those that failed.
  package init(
    _ store: AuditStore, name: String, probeInterval: Duration = .seconds(1), patience: Duration? = nil,
    observer: @escaping @Sendable (_ entries: Int, _ seconds: Double) -> Void = { _, _ in }
  ) {
    precondition(AuditWriterName.isName(name))
    self.store = store
    self.name = name
    self.probeInterval = probeInterval
    self.patience = patience
    self.observer = observer
  }

  /// Whether entries can be expected to be added: not after it failed or did not end in time, until it succeeds, or a trial does. Where an
  /// entry with an image failed, only a trial or another one with an image tells.
  package var isWritable: Bool {
    state.withLock { state in
      let hangs = isStuck(&state)
      return state.isWritable && !hangs
    }
  }

  /// Adds entries to the chain, together and in order, and returns once they are durable.
  ///
  /// A task that is cancelled waits all the same: what was judged is recorded.
  ///
  /// - Throws: `audit-unavailable`; then none of them was added, as far as the database can tell.
  @discardableResult
  package func append(_ entries: [AuditEntry]) async throws(SluiceError) -> [AuditReference] {
    guard !entries.isEmpty else { return [] }
    try checkIsNotStuck()
    let result = await withCheckedContinuation { continuation in
      let (mustWrite, mustWatch) = state.withLock { state in
        state.waiting.append(Waiter(entries: entries, continuation: continuation))
        defer { (state.isWriting, state.isWatching) = (true, patience != nil) }
        return (!state.isWriting, !state.isWatching && patience != nil)
      }
      if mustWrite { startWriting() }
      if mustWatch { watch() }
    }
    return try result.get()
  }

  /// Runs other work on the log on the thread that writes to it.
  ///
  /// - Throws: `audit-unavailable` while something takes longer there than is permitted; what the work throws.
  package func perform<Value: Sendable>(
    _ work: @escaping @Sendable (AuditStore) throws(SluiceError) -> Value
  ) async throws(SluiceError) -> Value {
    try checkIsNotStuck()
    return try await run(work)
  }

  /// Reads from the log on another thread: nobody who records waits for it.
  ///
  /// - Throws: `audit-unavailable` while something takes longer than is permitted; what the work throws.
  package func read<Value: Sendable>(
    _ work: @escaping @Sendable (AuditStore) throws(SluiceError) -> Value
  ) async throws(SluiceError) -> Value {
    try checkIsNotStuck()
    let store = store
    return try await reading.run { () throws(SluiceError) -> Value in try work(store) }
  }

  private func run<Value: Sendable>(
    _ work: @escaping @Sendable (AuditStore) throws(SluiceError) -> Value
  ) async throws(SluiceError) -> Value {
    try await thread.runUncancelled { [self] () throws(SluiceError) -> Value in
      try timed { () throws(SluiceError) in try work(store) }
    }
  }

  /// Does longer work on the log: a step at a time on the thread that writes to it, and what waits to be written gets in between. Steps
  /// that only read take another thread.
  ///
  /// - Parameters:
  ///   - mustEnd: asked before each step; what is not done then is left.
  /// - Throws: `audit-unavailable`; what was done before stays done, and the work says so.
  package func carryOut<Work: SteppedWork>(
    _ work: inout Work, unless mustEnd: () async -> Bool = { false }
  ) async throws(SluiceError) {
    while !work.isDone {
      guard await !mustEnd() else { return }
      let done = work
      let step = { @Sendable (_: AuditStore) throws(SluiceError) -> Work in
        var next = done
        try next.step()
        return next
      }
      work = try await done.onlyReads ? read(step) : perform(step)
    }
  }

  /// Writes what waits, behind other work that has been asked for: whoever records without a pause must not keep upkeep from its turn.
  private func startWriting() {
    Task(executorPreference: thread) { self.writeWhatWaits() }
  }

  private func writeWhatWaits() {
    guard let waiters = nextWaiters() else { return }
    write(waiters)
    startWriting()
  }

  private func write(_ waiters: [Waiter]) {
    let start = ContinuousClock.now
    let entries = waiters.flatMap(\.entries)
    do throws(SluiceError) {
      var references = try timed { () throws(SluiceError) in try store.append(entries, to: name) }[...]
      observer(entries.count, start.duration(to: .now).seconds)
      noteSuccess(entries)
      for waiter in waiters {
        waiter.continuation.resume(returning: .success(Array(references.prefix(waiter.entries.count))))
        references = references.dropFirst(waiter.entries.count)
      }
    } catch {
      if entries.keepImages { state.withLock { $0.cannotKeep = true } }
      noteFailure()
      for waiter in waiters { waiter.continuation.resume(returning: .failure(error)) }
      refuseIfStuck()
    }
  }

  /// Where images cannot be kept, entries without any say nothing about that.
  private func noteSuccess(_ entries: [AuditEntry]) {
    state.withLock { state in
      if entries.keepImages { state.cannotKeep = false }
      if !state.cannotKeep { state.isWritable = true }
    }
  }

  /// Whoever asks whether entries can be added may send none as long as they cannot, so somebody else has to try.
  private func noteFailure() {
    let mustStart = state.withLock { state in
      state.isWritable = false
      defer { state.isProbing = true }
      return !state.isProbing
    }
    guard mustStart else { return }
    Task { [weak self, probeInterval] in
      repeat { try? await Task.sleep(for: probeInterval) } while await self?.mustProbeAgain() == true
    }
  }

  private func mustProbeAgain() async -> Bool {
    let name = name
    let isWritable = (try? await run { store throws(SluiceError) in try store.probe(name) }) != nil
    return state.withLock { state in
      if isWritable { (state.isWritable, state.cannotKeep) = (true, false) }
      state.isProbing = !state.isWritable
      return state.isProbing
    }
  }

  /// Those whose entries go into the next transaction; `nil` where nobody waits, and the next one who comes has to start writing.
  private func nextWaiters() -> [Waiter]? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.isWriting = false
        return nil
      }
      var count = 1
      var entries = state.waiting[0].entries.count
      while count < state.waiting.count, entries + state.waiting[count].entries.count <= Self.maxTogether {
        entries += state.waiting[count].entries.count
        count += 1
      }
      defer { state.waiting.removeFirst(count) }
      return Array(state.waiting.prefix(count))
    }
  }
}

extension [AuditEntry] {
  fileprivate var keepImages: Bool { contains { $0.image != nil } }
}

/// What takes too long: a disk that hangs, a server that says nothing. What was begun cannot be taken back, and nobody is to wait
/// behind it.
extension AuditWriter {
  /// Does something on the log, and notes when it began and whether it succeeded.
  private func timed<Value>(_ work: () throws(SluiceError) -> Value) throws(SluiceError) -> Value {
    state.withLock { $0.began = .now }
    do throws(SluiceError) {
      let value = try work()
      state.withLock { ($0.began, $0.isStuck) = (nil, false) }
      return value
    } catch {
      let wasStuck = state.withLock { state in
        defer { state.began = nil }
        return isStuck(&state)
      }
      // Nobody else finds out that it goes on.
      if wasStuck { noteFailure() }
      throw error
    }
  }

  private func isStuck(_ state: inout State) -> Bool {
    if let patience, let began = state.began, began.duration(to: .now) > patience { state.isStuck = true }
    return state.isStuck
  }

  private func checkIsNotStuck() throws(SluiceError) {
    guard state.withLock({ isStuck(&$0) }) else { return }
    throw Self.stuck
  }

  private static let stuck = SluiceError(
    .auditUnavailable, "the audit log takes too long to be written to", remedy: "check its disk, or its server")

  /// Refuses those who wait as soon as what they wait behind takes too long.
  private func watch() {
    Task { [weak self, patience] in
      repeat { try? await Task.sleep(for: (patience ?? .zero) / 4) } while self?.mustWatchOn() == true
    }
  }

  private func mustWatchOn() -> Bool {
    refuseIfStuck()
    return state.withLock { state in
      state.isWatching = state.isWriting
      return state.isWatching
    }
  }

  private func refuseIfStuck() {
    let refused = state.withLock { state in
      var refused: [Waiter] = []
      if isStuck(&state) { swap(&refused, &state.waiting) }
      return refused
    }
    for waiter in refused { waiter.continuation.resume(returning: .failure(Self.stuck)) }
  }
}
