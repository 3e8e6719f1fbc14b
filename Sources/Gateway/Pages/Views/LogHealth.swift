import AuditLog
import Auditing
import Common

/// How the log itself is: how much it holds, how far it is signed, and what went wrong.
struct LogHealth {
  private let heads: [AuditStore.Head]
  private let checkpoint: Checkpoint?
  private let unsigned: Int
  private let size: AuditStore.QuarantineSize
  private let (refused, lost): (Int, Int)

  /// - Throws: `audit-unavailable`.
  init(_ audit: GatewayAudit, _ store: AuditStore) throws(SluiceError) {
    let name = audit.writer.name
    heads = try store.heads()
    checkpoint = try store.lastCheckpoint(of: name)
    unsigned = (heads.first { $0.writer == name }?.sequence ?? 0) - (checkpoint?.sequence ?? 0)
    size = try store.quarantineSize()
    (refused, lost) = (audit.refusals, audit.losses)
  }

  var values: [String: Any] {
    let chains = heads.count == 1 ? "" : " in \(heads.count) chains"
    return [
      "records": PageText.count(heads.reduce(0) { $0 + $1.sequence }) + chains,
      "checkpoint": checkpoint.map { "\($0.time.shortText), \(PageText.count(unsigned)) records since" } ?? "none yet",
      "quarantine": "\(PageText.count(size.images)) images, \(PageText.bytes(size.bytes)), \(size.heldImages) held",
      "failures": refused + lost == 0
        ? "none" : "\(PageText.count(refused)) requests refused, \(PageText.count(lost)) verdicts not recorded",
      "hasFailures": refused + lost > 0,
    ]
  }
}
