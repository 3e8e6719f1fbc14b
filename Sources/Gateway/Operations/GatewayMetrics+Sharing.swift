import StatefulDetection
import StatefulDetectionRedis

extension GatewayMetrics {
  /// Only a gateway that shares questions has these.
  func declareSharing() {
    declare(Metric.ofSharing)
    registry.set(.sharedUp, to: 0)
    for direction in ["sent", "learned"] { registry.add(0, to: .sharedQuestions, ["direction": direction]) }
    for loss in SharingEvent.Loss.allCases { registry.add(0, to: .lostQuestions, ["reason": loss.rawValue]) }
  }

  func note(_ event: SharingEvent, _ memory: QueryMemory) {
    switch event {
    case .sent(let count): registry.add(Double(count), to: .sharedQuestions, ["direction": "sent"])
    case .learned(let count):
      registry.add(Double(count), to: .sharedQuestions, ["direction": "learned"])
      noteRemembered(memory.size)
    case .lost(let loss, let count): registry.add(Double(count), to: .lostQuestions, ["reason": loss.rawValue])
    case .available: registry.set(.sharedUp, to: 1)
    case .unavailable: registry.set(.sharedUp, to: 0)
    case .notTrimmed: break
    }
  }
}

extension Metric {
  fileprivate static let sharedUp = gauge(
    "sluice_query_guard_shared_up", "Whether the memory that gateways share can be used.")
  fileprivate static let sharedQuestions = counter(
    "sluice_query_guard_shared_total", "Questions sent to other gateways, and learned from them.")
  fileprivate static let lostQuestions = counter(
    "sluice_query_guard_shared_lost_total",
    "Questions that were not sent because too many wait (queue), and entries that are none.")

  fileprivate static let ofSharing: [Metric] = [.sharedUp, .sharedQuestions, .lostQuestions]
}
