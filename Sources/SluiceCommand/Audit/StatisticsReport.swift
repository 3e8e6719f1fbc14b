import AuditLog
import Auditing
import Common
import FilterPipeline

/// Statistics as tables for a terminal.
struct StatisticsReport {
  private let statistics: AuditStatistics
  private static let barWidth = 30

  init(_ statistics: AuditStatistics) {
    self.statistics = statistics
  }

  var text: String {
    ([heading] + summedUp + sampling + searches + intervals + detectors + clients).joined(separator: "\n") + "\n"
  }

  private var heading: String {
    "\(statistics.images) images from \(statistics.since.shortText) to \(statistics.until.shortText), "
      + "\(statistics.count(.adversarial)) flagged, \(statistics.count(.rejected)) rejected, "
      + "\(statistics.count(.failed)) failed"
  }

  private var summedUp: [String] {
    guard !statistics.summedUp.isEmpty else { return [] }
    let counts = statistics.summedUp.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return [
      "also rejected, without a record each: "
        + counts.map { "\($0.value) \($0.key.printable)" }.joined(separator: ", ")
    ]
  }

  private var sampling: [String] { statistics.sampling.map { [$0] } ?? [] }

  private var searches: [String] {
    guard statistics.searches > 0 else { return [] }
    return [
      "\(statistics.searches) \(statistics.searches == 1 ? "search" : "searches") for an adversarial image; "
        + "`sluice audit list --chain` lists \(statistics.searches == 1 ? "it" : "them")"
    ]
  }

  private var intervals: [String] {
    guard !statistics.intervals.isEmpty else { return [] }
    let most = statistics.intervals.map(\.total).max() ?? 1
    let marked = Dictionary(statistics.changes.map { ($0.interval.start, $0) }) { first, _ in first }
    let title = padded("INTERVAL (UTC)", 21) + ["IMAGES", "FLAGGED", "REJECTED", "FAILED"].map { aligned($0) }.joined()
    return ["", Terminal.styled(title, .dim)]
      + statistics.intervals.map { interval in
        let counts = [
          interval.total, interval.count(.adversarial), interval.count(.rejected), interval.count(.failed),
        ]
        let bar = String(repeating: "▇", count: max(1, interval.total * Self.barWidth / most))
        let line = padded(interval.start.shortText, 21) + counts.map { aligned(String($0)) }.joined() + "  " + bar
        guard let change = marked[interval.start] else { return line }
        return Terminal.styled(
          "\(line)  sudden change: \(share(change.share)) flagged, before \(share(change.shareBefore))", .red)
      }
  }

  private var detectors: [String] {
    guard !statistics.detectors.isEmpty else { return [] }
    return ["", Terminal.styled(padded("DETECTOR", 30) + aligned("FLAGGED"), .dim)]
      + statistics.detectors.map { padded($0.detector.printable, 30) + aligned(String($0.flagged)) }
  }

  private var clients: [String] {
    guard !statistics.clients.isEmpty else { return [] }
    return ["", Terminal.styled(padded("CLIENT", 30) + aligned("IMAGES") + aligned("FLAGGED"), .dim)]
      + statistics.clients.map { client in
        padded((client.client ?? "(not known)").printable, 30) + aligned(String(client.images))
          + aligned(String(client.flagged))
      }
  }

  private func aligned(_ text: String) -> String { String(repeating: " ", count: max(1, 10 - text.count)) + text }

  private func share(_ value: Double) -> String { percent(Float(value)) }
}
