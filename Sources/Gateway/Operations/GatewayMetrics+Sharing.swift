import StatefulDetection
import StatefulDetectionRedis

extension GatewayMetrics {
  private static let isUp = "sluice_query_guard_shared_up"
  private static let shared = "sluice_query_guard_shared_total"
  private static let lost = "sluice_query_guard_shared_lost_total"

  /// Only a gateway that shares questions has these.
  func declareSharing() {
    registry.declare(Self.isUp, "gauge", "Whether the memory that gateways share can be used.")
    registry.declare(Self.shared, "counter", "Questions sent to other gateways, and learned from them.")
    registry.declare(
      Self.lost, "counter", "Questions that were not sent because too many wait (queue), and entries that are none.")
    registry.set(Self.isUp, to: 0)
    for direction in ["sent", "learned"] { registry.add(0, to: Self.shared, ["direction": direction]) }
    for loss in SharingEvent.Loss.allCases { registry.add(0, to: Self.lost, ["reason": loss.rawValue]) }
  }

  func note(_ event: SharingEvent, _ memory: QueryMemory) {
    switch event {
    case .sent(let count): registry.add(Double(count), to: Self.shared, ["direction": "sent"])
    case .learned(let count):
      registry.add(Double(count), to: Self.shared, ["direction": "learned"])
      noteRemembered(memory.size)
    case .lost(let loss, let count): registry.add(Double(count), to: Self.lost, ["reason": loss.rawValue])
    case .available: registry.set(Self.isUp, to: 1)
    case .unavailable: registry.set(Self.isUp, to: 0)
    case .notTrimmed: break
    }
  }
}
