import Common
import Synchronization
import Workers

/// Writes to a chain for many at once: whatever waits while the disk is being flushed goes into the next transaction.
///
/// One flush then serves many verdicts, and no verdict waits longer than two flushes. Rejected alternative: a timer that collects
/// entries for some milliseconds, which would make every lone request wait for nothing.
package final class AuditWriter: Sendable {
  package let store: AuditStore
  /// What the chain is called.
  package let name: String
  private let thread = WorkerPool(threads: 1)
  private let state = Mutex(State())
  private let observer: @Sendable (_ entries: Int, _ seconds: Double) -> Void
  private let probeInterval: Duration

  private struct State {
    var waiting: [Waiter] = []
    var isWriting = false
    var isWritable = true
    var isProbing = false
  }

  private struct Waiter {
    let entries: [AuditEntry]
    let continuation: CheckedContinuation<Result<[AuditReference], SluiceError>, Never>
  }

  /// Enough to make a flush cheap, and few enough to keep a transaction short.
  private static let maxTogether = 512

  /// - Parameters:
  ///   - probeInterval: how often it is tried whether a log that could not be written to can be again.
  ///   - observer: told after each transaction, and before anybody who waits for it, how many entries are durable now, and how long
  ///     it took. Not told of those that failed.
  package init(
    _ store: AuditStore, name: String, probeInterval: Duration = .seconds(1),
    observer: @escaping @Sendable (_ entries: Int, _ seconds: Double) -> Void = { _, _ in }
  ) {
    precondition(AuditWriterName.isName(name))
    self.store = store
    self.name = name
    self.probeInterval = probeInterval
    self.observer = observer
  }

  /// Whether entries can be expected to be added: not after it failed, until it succeeds, or a trial does.
  package var isWritable: Bool { state.withLock { $0.isWritable } }

  /// Adds entries to the chain, together and in order, and returns once they are durable.
  ///
  /// A task that is cancelled waits all the same: what was judged is recorded.
  ///
  /// - Throws: `audit-unavailable`; then none of them was added.
  @discardableResult
  package func append(_ entries: [AuditEntry]) async throws(SluiceError) -> [AuditReference] {
    guard !entries.isEmpty else { return [] }
    let result = await withCheckedContinuation { continuation in
      let mustStart = state.withLock { state in
        state.waiting.append(Waiter(entries: entries, continuation: continuation))
        defer { state.isWriting = true }
        return !state.isWriting
      }
      if mustStart { Task(executorPreference: thread) { self.writeWhatWaits() } }
    }
    return try result.get()
  }

  /// Runs other work on the log on the thread that writes to it.
  package func perform<Value: Sendable>(
    _ work: @escaping @Sendable (AuditStore) throws(SluiceError) -> Value
  ) async throws(SluiceError) -> Value {
    let store = store
    let result = await Task(executorPreference: thread) { () -> Result<Value, SluiceError> in
      do throws(SluiceError) { return .success(try work(store)) } catch { return .failure(error) }
    }.value
    return try result.get()
  }

  /// Does longer work on the log: a step at a time on the thread that writes to it, and what waits to be written gets in between.
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
      work = try await perform { _ throws(SluiceError) in
        var next = done
        try next.step()
        return next
      }
    }
  }

  private func writeWhatWaits() {
    while let waiters = nextWaiters() {
      let start = ContinuousClock.now
      let entries = waiters.flatMap(\.entries)
      do throws(SluiceError) {
        var references = try store.append(entries, to: name)[...]
        let (seconds, attoseconds) = start.duration(to: .now).components
        observer(entries.count, Double(seconds) + Double(attoseconds) * 1e-18)
        state.withLock { $0.isWritable = true }
        for waiter in waiters {
          waiter.continuation.resume(returning: .success(Array(references.prefix(waiter.entries.count))))
          references = references.dropFirst(waiter.entries.count)
        }
      } catch {
        noteFailure()
        for waiter in waiters { waiter.continuation.resume(returning: .failure(error)) }
      }
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
    let isWritable = (try? await perform { store throws(SluiceError) in try store.probe(name) }) != nil
    return state.withLock { state in
      if isWritable { state.isWritable = true }
      state.isProbing = !state.isWritable
      return state.isProbing
    }
  }

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
