import AuditLog
import Auditing
import Common
import FilterPipeline

/// What happened lately, and how the log itself is.
struct OverviewView {
  enum Period: String, CaseIterable {
    case hour
    case day
    case week
    case month

    var label: String {
      switch self {
      case .hour: "1 hour"
      case .day: "24 hours"
      case .week: "7 days"
      case .month: "30 days"
      }
    }

    var seconds: Int {
      switch self {
      case .hour: 3600
      case .day: 86_400
      case .week: 7 * 86_400
      case .month: 30 * 86_400
      }
    }

    /// The length of an interval, in seconds and in words.
    var interval: (seconds: Int, words: String) {
      switch self {
      case .hour: (60, "a minute")
      case .day: (3600, "an hour")
      case .week: (6 * 3600, "every 6 hours")
      case .month: (86_400, "a day")
      }
    }
  }

  let period: Period
  private let statistics: AuditStatistics
  private let latest: [StoredRecord]
  private let pipeline: Pipeline
  private let chain: LogHealth

  private static let maxLatest = 12

  /// - Throws: `audit-unavailable`.
  init(
    _ period: Period, _ audit: GatewayAudit, _ pipeline: Pipeline, _ log: PermittedLog, now: AuditTime = .now
  ) throws(SluiceError) {
    self.period = period
    self.pipeline = pipeline
    statistics = try log.statistics(
      since: now - .seconds(period.seconds), until: now, seconds: period.interval.seconds)
    var query = AuditQuery()
    query.verdicts = Set(Verdict.Outcome.allCases.filter { $0 != .clean }.map(\.rawValue))
    latest = try log.records(query, limit: Self.maxLatest)
    chain = try log.health(of: audit)
  }

  var values: [String: Any] {
    let since = "since=\(FormFields.encoded(statistics.since.text))"
    return [
      "periods": Period.allCases.map { period in
        ["label": period.label, "href": "/audit?period=\(period.rawValue)", "isCurrent": period == self.period]
          as [String: Any]
      },
      "liveHref": "/audit/live?period=\(period.rawValue)", "interval": period.interval.words, "totals": totals,
      "ratesChart": RatesChart(statistics).svg, "rateChart": ShareChart(statistics).svg,
      "changes": statistics.changes.map { change in
        [
          "time": change.interval.start.shortText,
          "text": "\(PageText.share(change.share)) flagged, \(PageText.share(change.shareBefore)) before",
        ]
      },
      "hasChanges": !statistics.changes.isEmpty, "sampling": statistics.sampling ?? "",
      "isSampled": statistics.sampling != nil, "detectors": detectors(since),
      "hasDetectors": !statistics.detectors.isEmpty,
      "clients": clients(since), "hasClients": !statistics.clients.isEmpty,
      "latest": latest.map { RowView($0, pipeline).values }, "hasLatest": !latest.isEmpty, "chain": chain.values,
    ]
  }

  private var totals: [[String: Any]] {
    let unrecorded = statistics.unrecorded
    let images = statistics.images + unrecorded
    func total(_ label: String, _ count: Int, _ note: String, isAlarming: Bool = false) -> [String: Any] {
      ["label": label, "value": PageText.count(count), "note": note, "isAlarming": isAlarming]
    }
    func share(_ count: Int, of all: Int) -> String { all == 0 ? "" : PageText.share(Double(count) / Double(all)) }
    let counts = [Verdict.Outcome.adversarial, .rejected, .failed].map { statistics.count($0) }
    let rejected = counts[1] + unrecorded
    let withoutRecord = unrecorded > 0 ? ", \(PageText.count(unrecorded)) without a record" : ""
    return [
      total("Images", images, "in \(period.label)"),
      total("Flagged", counts[0], share(counts[0], of: statistics.judged), isAlarming: !statistics.changes.isEmpty),
      total("Rejected", rejected, share(rejected, of: images) + withoutRecord),
      total("Failed", counts[2], share(counts[2], of: images), isAlarming: counts[2] > 0),
      total("Searches", statistics.searches, "for an adversarial image", isAlarming: statistics.searches > 0),
    ]
  }

  private func detectors(_ since: String) -> [[String: Any]] {
    let flagged = max(1, statistics.count(.adversarial))
    return statistics.detectors.map { detector in
      let share = min(1, Double(detector.flagged) / Double(flagged))
      return [
        "name": detector.detector, "count": PageText.count(detector.flagged), "share": PageText.share(share),
        "value": share,
        "href": "/audit/records?\(since)&detector=\(FormFields.encoded(detector.detector))",
      ]
    }
  }

  private func clients(_ since: String) -> [[String: Any]] {
    statistics.clients.map { client in
      let share = Double(client.flagged) / Double(max(1, client.images))
      let filter = client.client.map { "&client=\(FormFields.encoded($0))" } ?? ""
      return [
        "name": client.client ?? "not known", "images": PageText.count(client.images),
        "flagged": PageText.count(client.flagged), "share": PageText.share(share), "value": share,
        "href": "/audit/records?\(since)\(filter)",
      ]
    }
  }
}
