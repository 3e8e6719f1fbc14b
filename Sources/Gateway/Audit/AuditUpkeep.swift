import AsyncAlgorithms
import AuditLog
import Auditing
import Common
import Logging
import ServiceLifecycle

/// Signs checkpoints, sums up junk, and deletes images that are too many or too old, for as long as the gateway serves.
package struct AuditUpkeep: Service {
  private let audit: GatewayAudit
  private let metrics: GatewayMetrics
  private let log: Logger
  private let intervals: Intervals
  private let signed = SignedHistory()

  /// How often each is done that nobody sets.
  package struct Intervals: Sendable {
    package var pruning = Duration.seconds(60)
    package var sweeping = Duration.seconds(3600)
    /// What was counted since the last sum is lost when the process is killed.
    package var summing = Duration.seconds(10)

    package init() {}
  }

  package init(audit: GatewayAudit, metrics: GatewayMetrics, log: Logger, intervals: Intervals = Intervals()) {
    self.audit = audit
    self.metrics = metrics
    self.log = log
    self.intervals = intervals
  }

  package func run() async throws {
    // Of a gateway that never runs for as long as an interval, nothing would be signed.
    await sign()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in Self.every(audit.settings.checkpoint) { await sign() } }
      group.addTask {
        await sweep()
        for await _ in Self.every(intervals.sweeping) { await sweep() }
      }
      group.addTask {
        var rounds = PruningRounds()
        await prune(&rounds)
        for await _ in Self.every(intervals.pruning) { await prune(&rounds) }
      }
      group.addTask { for await _ in Self.every(intervals.summing) { await sumUp() } }
    }
    // It ends last of all that judges, so the signature covers everything.
    await sumUp()
    await sign()
  }

  /// Ticks until the gateway ends. What is being done then is not cancelled.
  private static func every(
    _ interval: Duration
  ) -> AsyncCancelOnGracefulShutdownSequence<AsyncTimerSequence<SuspendingClock>> {
    AsyncTimerSequence.repeating(every: interval).cancelOnGracefulShutdown()
  }

  private func sign() async {
    let (name, key, last) = (audit.writer.name, audit.signingKey, signed.last)
    do throws(SluiceError) {
      let note = try await audit.writer.perform { store throws(SluiceError) in
        try store.checkpoint(of: name, signedBy: key, after: last)
      }
      signed.goOn(to: note?.checkpoint)
      if let note { say(note) }
    } catch {
      if error.code == .auditRewritten {
        metrics.registry.add(to: .auditRewritten)
        guard signed.complain(error) else { return }
      }
      log.error("checkpoint not signed", metadata: ["error": "\(error)"])
    }
  }

  /// Wherever logs are collected, what is signed cannot be rewritten unnoticed any more.
  private func say(_ note: SignedCheckpoint) {
    log.notice(
      "audit checkpoint",
      metadata: [
        "writer": "\(note.checkpoint.writer)", "sequence": "\(note.checkpoint.sequence)",
        "hash": "\(note.checkpoint.hash)", "note": "\(note.text)",
      ])
  }

  /// How long the clock has been steady, and how often it was said that it is in doubt.
  private struct PruningRounds {
    private var clock = ClockWatch()
    private var count = 0
    private var wasBehind = false
    private static let sayingEvery = 60

    mutating func next() -> (trustsClock: Bool, saysDoubt: Bool) {
      defer { count += 1 }
      return (clock.observe(), count.isMultiple(of: Self.sayingEvery))
    }

    /// When it goes back, and as often as any doubt.
    mutating func saysLag(_ isBehind: Bool, _ saysDoubt: Bool) -> Bool {
      defer { wasBehind = isBehind }
      return isBehind && (saysDoubt || !wasBehind)
    }
  }

  private func prune(_ rounds: inout PruningRounds) async {
    let (trustsClock, saysDoubt) = rounds.next()
    let lag = try? await audit.writer.read { store throws(SluiceError) in try store.clockLag() }
    if rounds.saysLag(lag != nil, saysDoubt), let lag {
      log.error("the clock is behind the audit log", metadata: ["error": "\(lag.error)"])
    }
    var cleanup = QuarantineCleanup(
      audit.writer.store, to: audit.settings.limits, trustsClock: trustsClock, by: audit.writer.name)
    await carryOut(&cleanup, "images not deleted")
    if let doubt = cleanup.pruning.doubt, saysDoubt {
      log.error("images not deleted for their age", metadata: ["error": "\(doubt.error)"])
    }
    if cleanup.pruning.images > 0 {
      log.notice(
        "images deleted",
        metadata: ["images": "\(cleanup.pruning.images)", "bytes": "\(cleanup.pruning.bytes)"])
    }
    await measure()
  }

  private func measure() async {
    do throws(SluiceError) {
      let size = try await audit.writer.read { store throws(SluiceError) in try store.quarantineSize() }
      metrics.registry.set(.quarantineBytes, to: Double(size.bytes))
    } catch {
      log.error("quarantine not measured", metadata: ["error": "\(error)"])
    }
  }

  private func sumUp() async {
    do throws(SluiceError) {
      let inputs = try await audit.recorder.sumUp()
      if inputs > 0 { metrics.registry.add(Double(inputs), to: .auditSummed) }
    } catch {
      log.error("rejected inputs not summed up", metadata: ["error": "\(error)"])
    }
  }

  private func sweep() async {
    var sweep = QuarantineSweep(audit.writer.store)
    await carryOut(&sweep, "quarantine not looked through")
    if sweep.deleted > 0 { log.notice("leftovers of the quarantine deleted", metadata: ["files": "\(sweep.deleted)"]) }
    await removeLeftovers()
    if sweep.found > 0 {
      log.warning("images without a record found in the quarantine, and kept", metadata: ["images": "\(sweep.found)"])
    }
  }

  private func removeLeftovers() async {
    let folder = audit.location.folder
    await attempt("leftovers of the folder not deleted") { _ throws(SluiceError) in
      let files = try folder.removeLeftovers()
      if files > 0 { log.notice("leftovers of the folder deleted", metadata: ["files": "\(files)"]) }
    }
  }

  /// A step at a time: no verdict waits for all of it, nor does the end of the gateway.
  private func carryOut(_ work: inout some SteppedWork, _ failure: String) async {
    do throws(SluiceError) {
      try await audit.writer.carryOut(&work) { Task.isShuttingDownGracefully || Task.isCancelled }
    } catch {
      log.error("\(failure)", metadata: ["error": "\(error)"])
    }
  }

  private func attempt(
    _ failure: String, _ work: @escaping @Sendable (AuditStore) throws(SluiceError) -> Void
  ) async {
    do throws(SluiceError) { try await audit.writer.perform(work) } catch {
      log.error("\(failure)", metadata: ["error": "\(error)"])
    }
  }
}
