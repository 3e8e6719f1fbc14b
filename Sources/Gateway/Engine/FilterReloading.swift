import AsyncAlgorithms
import Common
import FilterPipeline
import Files
import Logging
import ServiceLifecycle
import UnixSignals
import Workers

/// Reloads the filter on SIGHUP, and when one of its files changes.
///
/// A filter that cannot be opened, or does not fit what is being served, leaves the old one serving.
struct FilterReloading: Service {
  let engine: FilterEngine
  /// The filter file; what it names is watched as well.
  let filterPath: String
  /// How often files are looked at; zero for never.
  let interval: Duration
  let fitness: FilterFitness
  let metrics: GatewayMetrics
  let log: Logger

  func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await onSignals() }
      if interval > .zero { group.addTask { await onChanges() } }
      // Each only ends with the gateway.
      await group.next()
      group.cancelAll()
    }
  }

  private func onSignals() async {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { await reload("SIGHUP") }
  }

  private func onChanges() async {
    var known = identities()
    for await _ in AsyncTimerSequence.repeating(every: interval).cancelOnGracefulShutdown() {
      let current = identities()
      guard current != known else { continue }
      known = current
      await reload("a file changed")
    }
  }

  /// Which files there are, and when each was changed.
  private func identities() -> [FileStatus.Version?] {
    ([filterPath] + engine.pipeline.definition.namedPaths).map { FileStatus($0)?.version }
  }

  private func reload(_ cause: String) async {
    let outcome = await Self.apart { () throws(SluiceError) in
      try engine.reload { old, new throws(SluiceError) in try fitness.check(old, new) }
    }
    switch outcome {
    case .success(let identity):
      metrics.registry.add(to: "sluice_reloads_total", ["outcome": "loaded"])
      log.notice("filter reloaded", metadata: ["cause": "\(cause)", "digest": "\(identity.digest)"])
    case .failure(let error):
      metrics.registry.add(to: "sluice_reloads_total", ["outcome": "refused"])
      log.error("filter not reloaded; the old one stays in use", metadata: ["cause": "\(cause)", "error": "\(error)"])
    }
  }

  /// Opening models takes seconds, which no request is to wait for.
  private static func apart(
    _ work: @escaping @Sendable () throws(SluiceError) -> FilterIdentity
  ) async -> Result<FilterIdentity, SluiceError> {
    let thread = WorkerPool(threads: 1)
    return await Task(executorPreference: thread) {
      do throws(SluiceError) { return .success(try work()) } catch { return .failure(error) }
    }.value
  }
}

/// What a filter must have to serve with these settings.
struct FilterFitness: Sendable {
  let modes: RouteModes
  let isEmbedded: Bool

  /// - Throws: `invalid-setting`.
  func check(_ pipeline: Pipeline) throws(SluiceError) {
    if modes.all.contains(.sanitize), !pipeline.sanitizes {
      throw SluiceError(
        .invalidSetting, "the mode sanitize needs a filter that says how, and this one has no `sanitize`",
        remedy: "add for instance `sanitize: {median: 2}` to the filter file")
    }
    if isEmbedded, pipeline.classifier == nil {
      throw SluiceError(
        .invalidSetting, "without an upstream the filter's classifier answers, but the filter has none",
        remedy: "name a classifier in the filter file, or a model server with --upstream")
    }
  }

  /// - Throws: `invalid-setting`, also for a filter of another tensor: upstreams were asked for this one.
  func check(_ old: Pipeline, _ new: Pipeline) throws(SluiceError) {
    try check(new)
    guard isEmbedded || old.form == new.form else {
      throw SluiceError(
        .invalidSetting, "the new filter forwards another form of tensor", remedy: "restart the gateway to use it")
    }
  }
}
