import ArgumentParser
import AuditLog
import Auditing
import Common
import Files
import FilterPipeline

struct AuditStatsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Count verdicts by hour, detector and client; mark sudden changes.",
    discussion: """
        sluice audit stats
        sluice audit stats --since 30d --interval 1d
        sluice audit stats --since 2026-11-24 --json

      An interval is marked where its share of flagged images differs from that of the day before by more than chance explains \
      (likelihood ratio: chance alone marks about one interval in sixteen thousand). It is the share of the images that were \
      judged clean or adversarial; what was rejected or failed does not count.
      """)

  @OptionGroup var log: AuditOptions

  @Option(help: ArgumentHelp("From this moment on.", valueName: "time"))
  var since = "24h"

  @Option(help: ArgumentHelp("Before this moment. (default: now)", valueName: "time"))
  var until: String?

  @Option(help: ArgumentHelp("The length of an interval, in whole seconds: 10m, 1h, 1d.", valueName: "time"))
  var interval = "1h"

  @Flag(help: "Print JSON.")
  var json = false

  private static let maxIntervals = 100_000

  func validate() throws {
    for (name, text) in [("since", since), ("until", until)] {
      if let text, AuditTime(text) == nil { throw ValidationError("--\(name) takes a time such as 24h or 2026-11-24") }
    }
    guard let length = seconds, length > 0 else {
      throw ValidationError("--interval takes a time of whole seconds, such as 10m or 1h")
    }
    let range = range
    guard range.since < range.until else { throw ValidationError("--since is not before --until") }
    guard (range.until.microseconds - range.since.microseconds) / 1_000_000 / length <= Self.maxIntervals else {
      throw ValidationError("--interval is too short for the time from --since on")
    }
  }

  /// `nil` for parts of a second as well: another interval than was asked for would be counted.
  private var seconds: Int? {
    guard let length = TimeSpan.duration(interval)?.components, length.attoseconds == 0 else { return nil }
    return Int(length.seconds)
  }

  private var range: (since: AuditTime, until: AuditTime) {
    let now = AuditTime.now
    return (AuditTime(since, now: now) ?? now, until.flatMap { AuditTime($0, now: now) } ?? now)
  }

  func run() async throws {
    let store = try log.location().openForReading()
    let range = range
    let statistics = try AuditStatistics(store, since: range.since, until: range.until, seconds: seconds ?? 3600)
    let text = json ? statistics.json.text + "\n" : StatisticsReport(statistics).text
    try OutputFile.standardOutput().write(Array(text.utf8))
  }
}
