/// What a gateway counts and times, whatever it is set to.
extension Metric {
  static let buildInfo = gauge("sluice_build_info", "The version of the program.")
  static let filterInfo = gauge("sluice_filter_info", "The filter that judges.")
  static let requests = counter("sluice_requests_total", "Requests by route and what became of them.")
  static let images = counter("sluice_images_total", "Images by verdict and what was done with them.")
  static let failedOpen = counter("sluice_failed_open_total", "Images forwarded although they could not be judged.")
  static let detectorFirings = counter("sluice_detector_firings_total", "Images that a detector flagged.")
  static let classifierCalls = counter("sluice_classifier_calls_total", "Calls of the classifier.")
  static let classifierImages = counter(
    "sluice_classifier_images_total", "Images and versions of images in those calls.")
  static let classifierJoined = counter("sluice_classifier_joined_total", "Images judged in those calls.")
  static let requestSeconds = histogram(
    "sluice_request_seconds", "Time from the head of a request to its answer.", latencies)
  static let stageSeconds = histogram("sluice_stage_seconds", "Time by stage.", latencies)
  static let queueDepth = gauge("sluice_queue_depth", "Requests that wait for a worker.")
  static let running = gauge("sluice_running", "Requests whose images are being judged.")
  static let inFlight = gauge("sluice_in_flight", "Requests that have begun and are not answered.")
  static let heldBytes = gauge(
    "sluice_held_bytes", "Bytes charged to --\(LimitSection().bodyMemory.flag): bodies, images, tensors and answers.")
  static let upstreamUp = gauge("sluice_upstream_up", "Whether an upstream is in use.")
  static let upstreamRequests = counter("sluice_upstream_requests_total", "Requests to upstreams by what came back.")
  static let auditRecords = counter("sluice_audit_records_total", "Records that are durable.")
  static let auditSummed = counter("sluice_audit_summed_total", "Rejected inputs that durable records sum up.")
  static let auditLost = counter(
    "sluice_audit_lost_total", "Verdicts that were given although they could not be recorded.")
  static let auditRefused = counter(
    "sluice_audit_refused_total", "Requests refused because they could not be recorded.")
  static let auditRewritten = counter(
    "sluice_audit_rewritten_total",
    "Checkpoints that were not signed, because what was signed before is not in the log any more.")
  static let auditCommitSeconds = histogram(
    "sluice_audit_commit_seconds", "Time of a transaction of the audit log.", latencies)
  static let quarantineBytes = gauge("sluice_quarantine_bytes", "Bytes of images that are kept.")
  static let reloads = counter("sluice_reloads_total", "Reloads of the filter by outcome.")
  static let calibrationStale = gauge(
    "sluice_calibration_stale", "1 when clean images score differently from those of the calibration.")
  static let calibrationDrift = gauge(
    "sluice_calibration_drift", "Logarithm of the evidence for that, divided by the logarithm of its limit: 0 to 1.")
  static let calibrationImages = gauge(
    "sluice_calibration_images", "Clean images that were compared with the calibration.")
  static let earlyEndings = counter(
    "sluice_early_endings_total", "Images whose verdict was certain before everything was asked.")
  static let modelCalls = counter("sluice_model_calls_total", "Calls of models, by what was asked.")
  static let auditedExits = gauge("sluice_audited_exits", "Early exits that were judged completely all the same.")
  static let flaggedExits = gauge("sluice_audited_exits_flagged", "Those of them that would have been flagged.")
  static let flaggedExitsRatio = gauge(
    "sluice_audited_exits_flagged_ratio",
    "Their share, with the bounds of its 95 % interval and the maximum that is expected.")
  static let exceededExits = gauge(
    "sluice_exit_certificate_exceeded", "1 when more would be flagged than clean images explain.")

  private static let latencies = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

  /// All of them, in the order in which they are shown.
  static let ofGateway: [Metric] = [
    .buildInfo, .filterInfo, .requests, .images, .failedOpen, .detectorFirings, .classifierCalls, .classifierImages,
    .classifierJoined, .requestSeconds, .stageSeconds, .queueDepth, .running, .inFlight, .heldBytes, .upstreamUp,
    .upstreamRequests, .auditRecords, .auditSummed, .auditLost, .auditRefused, .auditRewritten, .auditCommitSeconds,
    .quarantineBytes, .reloads, .calibrationStale, .calibrationDrift, .calibrationImages, .earlyEndings, .modelCalls,
    .auditedExits, .flaggedExits, .flaggedExitsRatio, .exceededExits,
  ]
}
