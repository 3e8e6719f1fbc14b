import AsyncAlgorithms
import Common
import FilterPipeline
import Logging
import ServiceLifecycle
import UnixSignals
import Workers

/// Reloads the filter on SIGHUP, and when one of its files changes, one reload after another.
///
/// A filter that cannot be opened, or does not fit what is being served, leaves the old one serving, and is tried again once one
/// of its own files changes. A signal also has the files of tokens and of the certificate read again.
package struct FilterReloading: Service {
  private let engine: FilterEngine
  private let interval: Duration
  private let fitness: FilterFitness
  private let access: AccessReloading?
  private let state: ServingState
  private let metrics: GatewayMetrics
  private let log: Logger

  /// - Parameters:
  ///   - interval: how often files are looked at; zero for never.
  ///   - state: says when the gateway is told to end.
  package init(
    engine: FilterEngine, interval: Duration, fitness: FilterFitness, access: AccessReloading? = nil,
    state: ServingState, metrics: GatewayMetrics, log: Logger
  ) {
    self.state = state
    self.engine = engine
    self.interval = interval
    self.fitness = fitness
    self.access = access
    self.metrics = metrics
    self.log = log
  }

  package func run() async throws {
    let occasions = ReloadOccasions()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await tellSignals(occasions) }
      if interval > .zero { group.addTask { await tellTimes(occasions) } }
      group.addTask { await follow(occasions) }
      // Each only ends with the gateway.
      await group.next()
      group.cancelAll()
    }
  }

  private func tellSignals(_ occasions: ReloadOccasions) async {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { occasions.tell(.signal) }
  }

  private func tellTimes(_ occasions: ReloadOccasions) async {
    for await _ in AsyncTimerSequence.repeating(every: interval).cancelOnGracefulShutdown() { occasions.tell(.look) }
  }

  /// Does what the occasions ask for, until there are no more or the gateway ends: each reload reads the files in its turn.
  package func follow(_ occasions: ReloadOccasions) async {
    for await _ in occasions.wakes {
      // What was told before the end is still delivered behind it.
      guard !Task.isCancelled else { return }
      // Its turn to end comes when all requests are answered, which may be long after the signal to end.
      guard !state.isDraining else { continue }
      switch occasions.take() {
      case .signal:
        access?.reload()
        await reload("SIGHUP")
      case .look: if engine.hasChanged { await reload("a file changed") }
      }
    }
  }

  private func reload(_ cause: String) async {
    // Opening models takes seconds, which no request is to wait for.
    let thread = WorkerPool(threads: 1)
    do throws(SluiceError) {
      let identity = try await thread.runUncancelled { () throws(SluiceError) -> FilterIdentity in
        try engine.reload { old, new throws(SluiceError) in try fitness.check(old, new) }
      }
      metrics.registry.add(to: .reloads, ["outcome": "loaded"])
      log.notice("filter reloaded", metadata: ["cause": "\(cause)", "digest": "\(identity.digest)"])
    } catch {
      metrics.registry.add(to: .reloads, ["outcome": "refused"])
      log.error("filter not reloaded; the old one stays in use", metadata: ["cause": "\(cause)", "error": "\(error)"])
    }
  }
}
