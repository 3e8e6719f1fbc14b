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
  let state: Mutex<State>
  private let observer: @Sendable (_ entries: Int, _ seconds: Double) -> Void
  private let probeInterval: Duration
  let patience: Duration?

  typealias State = AuditWriterState<CheckedContinuation<Result<[AuditReference], SluiceError>, Never>>

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
    state = Mutex(State(patience: patience))
    self.observer = observer
  }

  /// Whether entries can be expected to be added: not after it failed or did not end in time, until it succeeds, or a trial does. Where an
  /// entry with an image failed, only a trial or another one with an image tells.
  package var isWritable: Bool { state.withLock { $0.isWritable(at: .now) } }

  /// Adds entries to the chain, together and in order, and returns once they are durable.
  ///
  /// A task that is cancelled waits all the same: what was judged is recorded.
  ///
  /// - Parameters:
  ///   - givesUp: whether it throws as well where the transaction with these entries takes longer than is permitted. It cannot be taken
  ///     back, so they may be added all the same.
  /// - Throws: `audit-unavailable`; then none of them was added, as far as the database can tell, unless they were given up.
  @discardableResult
  package func append(
    _ entries: [AuditEntry], givesUp: Bool = false
  ) async throws(SluiceError) -> [AuditReference] {
    guard !entries.isEmpty else { return [] }
    try checkIsNotStuck()
    let result = await withCheckedContinuation { continuation in
      start(state.withLock { $0.enqueue(entries, givesUp: givesUp, continuation) })
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

  func start(_ chores: [State.Chore]) {
    for chore in chores {
      switch chore {
      case .writing: startWriting()
      case .watching: watch()
      case .probing: probe()
      }
    }
  }

  /// Writes what waits, behind other work that has been asked for: whoever records without a pause must not keep upkeep from its turn.
  private func startWriting() {
    Task(executorPreference: thread) { self.writeWhatWaits() }
  }

  private func writeWhatWaits() {
    guard let waiters = state.withLock({ $0.nextWaiters() }) else { return }
    write(waiters)
    startWriting()
  }

  private func write(_ waiters: [State.Waiter]) {
    let start = ContinuousClock.now
    let entries = waiters.flatMap(\.entries)
    do throws(SluiceError) {
      var references = try timed { () throws(SluiceError) in try store.append(entries, to: name) }[...]
      observer(entries.count, start.duration(to: .now).seconds)
      state.withLock { $0.wrote(entries) }
      for (waiter, stillWaits) in zip(waiters, state.withLock { $0.endedWriting() }) {
        stillWaits?.ticket.resume(returning: .success(Array(references.prefix(waiter.entries.count))))
        references = references.dropFirst(waiter.entries.count)
      }
    } catch {
      self.start(state.withLock { $0.failedToWrite(entries) })
      for waiter in state.withLock({ $0.endedWriting() }) { waiter?.ticket.resume(returning: .failure(error)) }
      refuseIfStuck()
    }
  }

  private func probe() {
    Task { [weak self, probeInterval] in
      repeat { try? await Task.sleep(for: probeInterval) } while await self?.mustProbeAgain() == true
    }
  }

  private func mustProbeAgain() async -> Bool {
    let name = name
    let isWell = (try? await run { store throws(SluiceError) in try store.probe(name) }) != nil
    return state.withLock { $0.probed(well: isWell) }
  }
}
