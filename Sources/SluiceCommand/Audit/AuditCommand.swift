import ArgumentParser

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Look through what was recorded, review it, and prove that nothing was changed.",
    discussion: """
      A gateway records every verdict before it answers, and keeps the bytes of what it held back; `sluice filter --audit \
      FOLDER` does the same. Records form a chain of hashes with signed checkpoints.

        # the latest flagged images; one of them, explained, with a picture
        sluice audit list --verdict adversarial --since 24h
        sluice audit show gateway-1:4711
        sluice audit show gateway-1:4711 -f filter.yaml --picture sheet.png

        # what a reviewer found
        sluice audit review gateway-1:4711 --confirm --attack pgd
        sluice audit review gateway-1:4712 --clear

        # prove it: against keys and a checkpoint that were kept elsewhere
        sluice audit checkpoint -o /elsewhere/checkpoint
        sluice audit verify --key-file /elsewhere/signing.pub \\
          --checkpoint /elsewhere/checkpoint

        # the same filter again; what another filter would have done
        sluice audit replay --since 7d -f filter.yaml
        sluice audit replay --since 7d -f new.yaml

      The log is the folder that --audit or SLUICE_AUDIT names, else the one that `sluice serve` uses. A shared PostgreSQL is \
      named with --database, or with SLUICE_AUDIT_DATABASE where --audit names no folder with a database. `sluice filter` takes it \
      from --audit-database alone. All times are UTC.
      """,
    subcommands: [
      AuditListCommand.self, AuditShowCommand.self, AuditReviewCommand.self, AuditStatsCommand.self,
      AuditExportCommand.self, AuditReplayCommand.self, AuditVerifyCommand.self, AuditCheckpointCommand.self,
      AuditHoldCommand.self, AuditPruneCommand.self,
    ])
}
