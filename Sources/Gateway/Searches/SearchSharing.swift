import Common
import Logging
import ServiceLifecycle
import StatefulDetection
import StatefulDetectionRedis

/// Shares questions with other gateways for as long as this one serves.
struct SearchSharing: Service {
  let sharing: QuestionSharing

  func run() async throws {
    let work = Task { await sharing.run() }
    try? await gracefulShutdown()
    // Its end is not waited for: the look-up of a name may hold it.
    work.cancel()
  }
}

extension QuestionSharing {
  /// Sharing that is counted, and whose changes are logged.
  convenience init(_ settings: SharingSettings, memory: QueryMemory, metrics: GatewayMetrics, log: Logger) {
    metrics.declareSharing()
    self.init(settings, memory: memory) { event in
      metrics.note(event, memory)
      log.note(event, settings)
    }
  }
}

extension Logger {
  fileprivate func note(_ event: SharingEvent, _ settings: SharingSettings) {
    switch event {
    case .available:
      notice(
        "questions are shared with other gateways",
        metadata: ["server": "\(settings.address)", "stream": "\(settings.stream)"])
    case .unavailable(let error):
      warning("questions are not shared with other gateways", metadata: ["error": "\(error)", "code": "\(error.code)"])
    case .notTrimmed(let error):
      warning("old questions stay in the shared stream until newer ones come", metadata: ["error": "\(error)"])
    case .sent, .learned, .lost: break
    }
  }
}
