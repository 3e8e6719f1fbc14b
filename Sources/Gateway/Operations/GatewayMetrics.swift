import Decision
import FilterPipeline

/// What the gateway counts and times.
package struct GatewayMetrics: Sendable {
  package let registry = MetricsRegistry()

  /// What metrics call private detectors.
  package static let privateLabel = "private"

  private static let latencies = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

  package init(version: String) {
    registry.declare("sluice_build_info", "gauge", "The version of the program.")
    registry.declare("sluice_filter_info", "gauge", "The filter that judges.")
    registry.declare("sluice_requests_total", "counter", "Requests by route and what became of them.")
    registry.declare("sluice_images_total", "counter", "Images by verdict and what was done with them.")
    registry.declare("sluice_failed_open_total", "counter", "Images forwarded although they could not be judged.")
    registry.declare("sluice_detector_firings_total", "counter", "Images that a detector flagged.")
    registry.declare("sluice_classifier_calls_total", "counter", "Calls of the classifier.")
    registry.declare("sluice_classifier_images_total", "counter", "Images and versions of images in those calls.")
    registry.declare("sluice_classifier_joined_total", "counter", "Images judged in those calls.")
    registry.declare(
      "sluice_request_seconds", "histogram", "Time from the head of a request to its answer.", buckets: Self.latencies)
    registry.declare("sluice_stage_seconds", "histogram", "Time by stage.", buckets: Self.latencies)
    registry.declare("sluice_queue_depth", "gauge", "Requests that wait for a worker.")
    registry.declare("sluice_running", "gauge", "Requests whose images are being judged.")
    registry.declare("sluice_in_flight", "gauge", "Requests that have begun and are not answered.")
    registry.declare("sluice_held_bytes", "gauge", "Bytes of request bodies in memory.")
    registry.declare("sluice_upstream_up", "gauge", "Whether an upstream is in use.")
    registry.declare("sluice_upstream_requests_total", "counter", "Requests to upstreams by what came back.")
    registry.declare("sluice_audit_records_total", "counter", "Records that are durable.")
    registry.declare("sluice_audit_summed_total", "counter", "Rejected inputs that durable records sum up.")
    registry.declare(
      "sluice_audit_lost_total", "counter", "Verdicts that were given although they could not be recorded.")
    registry.declare("sluice_audit_refused_total", "counter", "Requests refused because they could not be recorded.")
    registry.declare(
      "sluice_audit_rewritten_total", "counter",
      "Checkpoints that were not signed, because what was signed before is not in the log any more.")
    registry.declare(
      "sluice_audit_commit_seconds", "histogram", "Time of a transaction of the audit log.", buckets: Self.latencies)
    registry.declare("sluice_quarantine_bytes", "gauge", "Bytes of images that are kept.")
    registry.declare("sluice_reloads_total", "counter", "Reloads of the filter by outcome.")
    registry.declare(
      Self.stale, "gauge", "1 when clean images score differently from those of the calibration.")
    registry.declare(
      Self.drift, "gauge", "Logarithm of the evidence for that, divided by the logarithm of its limit: 0 to 1.")
    registry.declare(Self.compared, "gauge", "Clean images that were compared with the calibration.")
    registry.declare(
      "sluice_early_endings_total", "counter", "Images whose verdict was certain before everything was asked.")
    registry.declare("sluice_model_calls_total", "counter", "Calls of models, by what was asked.")
    registry.declare(Self.auditedExits, "gauge", "Early exits that were judged completely all the same.")
    registry.declare(Self.flaggedExits, "gauge", "Those of them that would have been flagged.")
    registry.declare(
      Self.exitRate, "gauge", "Their share, with the bounds of its 95 % interval and the maximum that is expected.")
    registry.declare(Self.exceededExits, "gauge", "1 when more would be flagged than clean images explain.")
    registry.set("sluice_build_info", to: 1, ["version": version])
    beginCounting()
  }

  private static let stale = "sluice_calibration_stale"
  private static let drift = "sluice_calibration_drift"
  private static let compared = "sluice_calibration_images"

  /// - Parameters:
  ///   - report: `nil` where nothing is compared; the series are then absent.
  func noteTraffic(_ report: TrafficReport?) {
    guard let report else {
      for name in [Self.stale, Self.drift, Self.compared] { registry.forget(name) }
      return
    }
    registry.set(Self.stale, to: report.state == .stale ? 1 : 0)
    registry.set(Self.drift, to: report.drift)
    registry.set(Self.compared, to: Double(report.images))
  }

  private static let auditedExits = "sluice_audited_exits"
  private static let flaggedExits = "sluice_audited_exits_flagged"
  private static let exitRate = "sluice_audited_exits_flagged_ratio"
  private static let exceededExits = "sluice_exit_certificate_exceeded"

  /// - Parameters:
  ///   - report: `nil` for a filter without early exits; the series are then absent.
  package func noteExits(_ report: ExitAudit.Report?) {
    guard let report else {
      for name in [Self.auditedExits, Self.flaggedExits, Self.exitRate, Self.exceededExits] { registry.forget(name) }
      return
    }
    registry.set(Self.auditedExits, to: Double(report.audited))
    registry.set(Self.flaggedExits, to: Double(report.flagged))
    registry.set(Self.exitRate, to: report.lower, ["bound": "lower"])
    registry.set(Self.exitRate, to: report.upper, ["bound": "upper"])
    registry.set(Self.exitRate, to: report.expected, ["bound": "expected"])
    registry.set(Self.exceededExits, to: report.isExceeded ? 1 : 0)
  }

  func noteFilter(_ identity: FilterIdentity) {
    registry.forget("sluice_filter_info")
    registry.set("sluice_filter_info", to: 1, ["name": identity.name, "digest": identity.digest])
  }

  func noteRequest(_ route: String, _ outcome: String, seconds: Double) {
    registry.add(to: "sluice_requests_total", ["route": route, "outcome": outcome])
    registry.observe("sluice_request_seconds", seconds, ["route": route])
  }

  func noteStage(_ stage: String, seconds: Double) {
    registry.observe("sluice_stage_seconds", seconds, ["stage": stage])
  }

  func noteVerdict(_ verdict: Verdict) {
    registry.add(to: "sluice_images_total", ["verdict": verdict.outcome.rawValue, "action": verdict.action.rawValue])
    if verdict.handling == .unjudged { registry.add(to: "sluice_failed_open_total") }
    if verdict.ending != .complete {
      registry.add(to: "sluice_early_endings_total", ["end": verdict.ending.rawValue])
    }
    for call in verdict.asked {
      registry.add(to: "sluice_model_calls_total", ["asked": call.isPrivate ? Self.privateLabel : call.name])
    }
    let flagged = verdict.detectors.filter(\.isFlagged)
    for detector in flagged where !detector.isPrivate {
      registry.add(to: "sluice_detector_firings_total", ["detector": detector.name])
    }
    // Once for all private ones: their number is private as well.
    if flagged.contains(where: \.isPrivate) {
      registry.add(to: "sluice_detector_firings_total", ["detector": Self.privateLabel])
    }
    guard verdict.header != nil || verdict.origin != nil else { return }
    noteStage("decode", seconds: verdict.timings.decode / 1000)
    noteStage("preprocess", seconds: verdict.timings.preprocess / 1000)
    noteStage("detect", seconds: verdict.timings.detect / 1000)
  }

  func noteCommit(entries: Int, seconds: Double) {
    registry.add(Double(entries), to: "sluice_audit_records_total")
    registry.observe("sluice_audit_commit_seconds", seconds)
  }

  func noteClassifierCall(images: Int, callers: Int) {
    registry.add(to: "sluice_classifier_calls_total")
    registry.add(Double(images), to: "sluice_classifier_images_total")
    registry.add(Double(callers), to: "sluice_classifier_joined_total")
  }
}
