import ArgumentParser
import AuditLog
import Auditing
import Common
import Files
import FilterPipeline

struct AuditPruneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Delete the bytes of old images; their records stay.",
    discussion: """
        sluice audit prune --older-than 90d
        sluice audit prune --to-size 2GB --dry-run

      The oldest go first; held images stay. What was deleted is a record of the chain, which stays valid. A gateway does \
      this by itself within the limits of its settings. Sizes are those on the disk, in whole blocks. On a full disk it takes the \
      room that is kept for it.

      Where nothing was recorded for longer than a day, and a tenth of the age, none is deleted for its age: the clock may \
      have jumped. --trust-clock says that it has not.

      Exit status: 0, or 2 when that happened or the log cannot be used.
      """)

  @OptionGroup var log: AuditOptions
  @OptionGroup var author: AuditAuthorOptions

  @Option(help: ArgumentHelp("Delete what was kept for longer: 12h, 90d.", valueName: "time"))
  var olderThan: String?

  @Option(help: ArgumentHelp("Delete until no more is left than this: 500MB, 2GB.", valueName: "size"))
  var toSize: String?

  @Flag(help: "Only say what would be deleted.")
  var dryRun = false

  @Flag(help: "Delete by age even if nothing was recorded for a long time.")
  var trustClock = false

  func validate() throws { _ = try limits() }

  private func limits() throws -> QuarantineLimits {
    var limits = QuarantineLimits()
    if let olderThan {
      guard let span = TimeSpan.duration(olderThan) else {
        throw ValidationError("--older-than takes a time such as 12h or 90d, not \(olderThan)")
      }
      limits.age = span
    }
    if let toSize {
      guard let bytes = ByteCount(toSize) else {
        throw ValidationError("--to-size takes a size with its unit, such as 500MB or 2GB, not \(toSize)")
      }
      limits.bytes = bytes.value
    }
    guard limits != QuarantineLimits() else { throw ValidationError("give --older-than or --to-size") }
    return limits
  }

  func run() async throws {
    let limits = try limits()
    let location = try log.location()
    let pruning: AuditStore.Pruning
    if dryRun {
      pruning = try location.openForReading().pruningPreview(to: limits, trustsClock: trustClock)
    } else {
      let store = try location.openForPruning()
      pruning = try store.prune(to: limits, trustsClock: trustClock, by: author.writerName)
      _ = try store.sweep()
      _ = try location.folder.removeLeftovers()
    }
    let verb = dryRun ? "would be deleted" : "deleted"
    let line = "\(counted(pruning.images, "image")) of \(ByteCount(pruning.bytes)) \(verb)\n"
    try OutputFile.standardOutput().write(Array(line.utf8))
    if let doubt = pruning.doubt { throw doubt.error }
  }
}
