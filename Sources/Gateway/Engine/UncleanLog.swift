import Auditing
import Common
import Decision
import FilterPipeline
import Logging
import Synchronization

/// Says in the log which images are not clean.
///
/// Junk costs its sender nothing, and lines of the log fill somebody's disk: as in the audit log, a burst of images that no verdict
/// could be reached about has a line each, and what goes on longer is summed up. Flagged images have a line each.
package final class UncleanLog: Sendable {
  private let log: Logger
  private let limit: RejectionLimit
  private let pause: Duration
  private let isSumming = Atomic<Bool>(false)

  /// - Parameters:
  ///   - limit: which images without a verdict have lines of their own.
  ///   - pause: how long the others are counted for a line about them.
  package init(_ log: Logger, limit: RejectionLimit = RejectionLimit(), pause: Duration = .seconds(1)) {
    self.log = log
    self.limit = limit
    self.pause = pause
  }

  package func note(_ verdicts: [Verdict], _ identity: RequestIdentity, _ route: JudgingRoute) {
    var others = RejectionSummary()
    for verdict in verdicts where verdict.outcome != .clean {
      if verdict.outcome == .adversarial || limit.admits() {
        say(verdict, identity, route)
      } else {
        others.count(verdict.error?.code.description ?? verdict.outcome.rawValue)
      }
    }
    guard others.inputs > 0 else { return }
    limit.add(others)
    sumUpSoon()
  }

  /// Logs travel: what rests on private detectors is in the audit record alone.
  private func say(_ verdict: Verdict, _ identity: RequestIdentity, _ route: JudgingRoute) {
    var details: Logger.Metadata = [
      "request": "\(identity.id)", "route": "\(route)", "verdict": "\(verdict.outcome.rawValue)",
      "action": "\(verdict.action.rawValue)",
    ]
    details["sha256"] = verdict.sha256.map { "\($0)" }
    details["pValue"] = verdict.hasPrivateParts ? nil : verdict.decision.map { "\($0.pValue.value)" }
    details["error"] = verdict.error.map { "\($0.disclosed)" }
    log.notice("image not clean", metadata: details)
  }

  private func sumUpSoon() {
    guard !isSumming.exchange(true, ordering: .acquiringAndReleasing) else { return }
    Task {
      try? await Task.sleep(for: pause)
      // Before what is counted is taken: what is counted after that begins another sum.
      isSumming.store(false, ordering: .sequentiallyConsistent)
      sumUp()
    }
  }

  /// Says how many images there were without lines of their own, where there were any.
  package func sumUp() {
    let others = limit.take()
    guard others.inputs > 0 else { return }
    let errors = others.counts.mapValues { Logger.Metadata.Value.stringConvertible($0) }
    log.notice("images not clean", metadata: ["images": "\(others.inputs)", "errors": .dictionary(errors)])
  }
}
