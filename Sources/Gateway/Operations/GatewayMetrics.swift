import Decision
import FilterPipeline

/// What the gateway counts and times.
package struct GatewayMetrics: Sendable {
  package let registry = MetricsRegistry()

  /// What metrics call private detectors.
  package static let privateLabel = "private"

  package init(version: String) {
    declare(Metric.ofGateway)
    registry.set(.buildInfo, to: 1, ["version": version])
    beginCounting()
  }

  /// Has metrics shown from now on, each with its series once it has any.
  func declare(_ metrics: [Metric]) {
    for metric in metrics { registry.declare(metric) }
  }

  /// - Parameters:
  ///   - report: `nil` where nothing is compared; the series are then absent.
  func noteTraffic(_ report: TrafficReport?) {
    guard let report else {
      for metric in [Metric.calibrationStale, .calibrationDrift, .calibrationImages] { registry.forget(metric) }
      return
    }
    registry.set(.calibrationStale, to: report.state == .stale ? 1 : 0)
    registry.set(.calibrationDrift, to: report.drift)
    registry.set(.calibrationImages, to: Double(report.images))
  }

  /// - Parameters:
  ///   - report: `nil` for a filter without early exits; the series are then absent.
  package func noteExits(_ report: ExitAudit.Report?) {
    guard let report else {
      for metric in [Metric.auditedExits, .flaggedExits, .flaggedExitsRatio, .exceededExits] { registry.forget(metric) }
      return
    }
    registry.set(.auditedExits, to: Double(report.audited))
    registry.set(.flaggedExits, to: Double(report.flagged))
    registry.set(.flaggedExitsRatio, to: report.lower, ["bound": "lower"])
    registry.set(.flaggedExitsRatio, to: report.upper, ["bound": "upper"])
    registry.set(.flaggedExitsRatio, to: report.expected, ["bound": "expected"])
    registry.set(.exceededExits, to: report.isExceeded ? 1 : 0)
  }

  func noteFilter(_ identity: FilterIdentity) {
    registry.forget(.filterInfo)
    registry.set(.filterInfo, to: 1, ["name": identity.name, "digest": identity.digest])
  }

  func noteRequest(_ route: String, _ outcome: RequestOutcome, seconds: Double) {
    registry.add(to: .requests, ["route": route, "outcome": outcome.rawValue])
    registry.observe(.requestSeconds, seconds, ["route": route])
  }

  func noteStage(_ stage: RequestStage, seconds: Double) {
    registry.observe(.stageSeconds, seconds, ["stage": stage.rawValue])
  }

  func noteVerdict(_ verdict: Verdict) {
    registry.add(to: .images, ["verdict": verdict.outcome.rawValue, "action": verdict.action.rawValue])
    if verdict.handling == .unjudged { registry.add(to: .failedOpen) }
    if verdict.ending != .complete {
      registry.add(to: .earlyEndings, ["end": verdict.ending.rawValue])
    }
    for call in verdict.asked {
      registry.add(to: .modelCalls, ["asked": call.isPrivate ? Self.privateLabel : call.name])
    }
    let flagged = verdict.detectors.filter(\.isFlagged)
    for detector in flagged where !detector.isPrivate {
      registry.add(to: .detectorFirings, ["detector": detector.name])
    }
    // Once for all private ones: their number is private as well.
    if flagged.contains(where: \.isPrivate) {
      registry.add(to: .detectorFirings, ["detector": Self.privateLabel])
    }
    guard verdict.header != nil || verdict.origin != nil else { return }
    noteStage(.decode, seconds: verdict.timings.decode / 1000)
    noteStage(.preprocess, seconds: verdict.timings.preprocess / 1000)
    noteStage(.detect, seconds: verdict.timings.detect / 1000)
  }

  func noteCommit(entries: Int, seconds: Double) {
    registry.add(Double(entries), to: .auditRecords)
    registry.observe(.auditCommitSeconds, seconds)
  }

  func noteClassifierCall(images: Int, callers: Int) {
    registry.add(to: .classifierCalls)
    registry.add(Double(images), to: .classifierImages)
    registry.add(Double(callers), to: .classifierJoined)
  }
}
