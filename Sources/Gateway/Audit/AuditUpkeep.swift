import AuditLog
import Logging
import Pixels
import ServiceLifecycle

/// Signs checkpoints and deletes images that are too many or too old, for as long as the gateway serves.
struct AuditUpkeep: Service {
  let audit: GatewayAudit
  let metrics: GatewayMetrics
  let log: Logger

  private static let pruningInterval = Duration.seconds(60)
  private static let sweepingInterval = Duration.seconds(3600)

  func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          for await _ in AsyncTimer(audit.settings.checkpointInterval).cancelOnGracefulShutdown() { await sign() }
        }
        group.addTask {
          await sweep()
          for await _ in AsyncTimer(Self.sweepingInterval).cancelOnGracefulShutdown() { await sweep() }
        }
        group.addTask {
          await prune()
          for await _ in AsyncTimer(Self.pruningInterval).cancelOnGracefulShutdown() { await prune() }
        }
      }
    } onGracefulShutdown: {
    }
    // It ends last of all that judges, so the signature covers everything.
    await sign()
  }

  private func sign() async {
    let (name, key) = (audit.writer.name, audit.signingKey)
    await attempt("checkpoint not signed") { store throws(SluiceError) in
      let head = try store.heads().first { $0.writer == name }
      guard let head, try store.lastCheckpoint(of: name)?.sequence != head.sequence else { return }
      guard let signed = try store.checkpoint(of: name, signedBy: key) else { return }
      // Wherever logs are collected, the log cannot be rewritten unnoticed any more.
      log.notice(
        "audit checkpoint",
        metadata: [
          "writer": "\(name)", "sequence": "\(signed.checkpoint.sequence)", "hash": "\(signed.checkpoint.hash)",
          "note": "\(signed.text)",
        ])
    }
  }

  private func prune() async {
    let (name, limits) = (audit.writer.name, audit.settings.limits)
    await attempt("images not deleted") { store throws(SluiceError) in
      let pruning = try store.prune(to: limits, by: name)
      if pruning.images > 0 {
        log.notice("images deleted", metadata: ["images": "\(pruning.images)", "bytes": "\(pruning.bytes)"])
      }
      metrics.registry.set("sluice_quarantine_bytes", to: Double(try store.quarantineSize().bytes))
    }
  }

  private func sweep() async {
    await attempt("leftovers not deleted") { store throws(SluiceError) in
      let swept = try store.sweep()
      if swept > 0 { log.notice("leftovers of the quarantine deleted", metadata: ["files": "\(swept)"]) }
    }
  }

  private func attempt(
    _ failure: String, _ work: @escaping @Sendable (AuditStore) throws(SluiceError) -> Void
  ) async {
    do throws(SluiceError) { try await audit.writer.perform(work) } catch {
      log.error("\(failure)", metadata: ["error": "\(error)"])
    }
  }
}
