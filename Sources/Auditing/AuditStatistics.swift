import AuditLog
import Common
import FilterPipeline

/// What happened in a span of time.
package struct AuditStatistics: Sendable {
  package let since: AuditTime
  package let until: AuditTime
  /// The length of an interval.
  package let seconds: Int
  package let intervals: [AuditStore.Interval]
  package let changes: [SuddenChange]
  /// The shares of clean images of which there are records, in ascending order, from a day before on: what is compared.
  package let cleanRecords: [Double]
  package var detectors: [AuditStore.DetectorCount]
  package let clients: [AuditStore.ClientCount]
  /// How many searches for adversarial images have their last record in it; counted up to a bound.
  package let searches: Int
  /// Rejected inputs without records of their own, which count nowhere else, by the code of the error.
  package let summedUp: [String: Int]

  private static let maxClients = 20
  private static let maxSearches = 10_000
  private static let mostUnrecorded = 1 << 60

  /// - Throws: `audit-unavailable`.
  package init(
    _ store: AuditStore, since: AuditTime, until: AuditTime, seconds: Int
  ) throws(SluiceError) {
    self.since = since
    self.until = until
    self.seconds = seconds
    // The first intervals are compared with the day before them.
    let earlier = try store.intervals(of: seconds, since: since - .seconds(86_400), until: until)
    let first = AuditTime(microseconds: since.microseconds - since.microseconds % (seconds * 1_000_000))
    intervals = try store.intervals(of: seconds, since: since, until: until)
    let recording = try CleanRecording(store, since: since - .seconds(86_400), until: until)
    cleanRecords = recording.shares(since: since - .seconds(86_400), until: until)
    changes = SuddenChange.changes(in: earlier, of: seconds).filter { change in
      let start = change.interval.start
      // Where clean images are recorded otherwise than before, shares differ without anything having changed.
      let compared = recording.shares(since: start - .seconds(max(86_400, seconds)), until: start + .seconds(seconds))
      return start >= first && compared.count <= 1
    }
    detectors = try store.detectorCounts(since: since, until: until)
    clients = try store.clients(since: since, until: until, limit: Self.maxClients)
    var query = AuditQuery()
    (query.kind, query.isLastOfSearch, query.since, query.until) = (.search, true, since, until)
    searches = try store.count(query, atMost: Self.maxSearches)
    summedUp = try store.summedUp(since: since, until: until)
  }

  package var images: Int { intervals.reduce(0) { $0 + $1.total } }
  /// Images that detectors have judged, of which the flagged ones are a share.
  package var judged: Int { intervals.reduce(0) { $0 + $1.judged } }
  /// Rejected inputs without records of their own; of sums that a stranger has changed, no more than can be counted on with.
  package var unrecorded: Int {
    summedUp.values.reduce(0) { min(Self.mostUnrecorded, $0 + min(Self.mostUnrecorded, max(0, $1))) }
  }
  package func count(_ outcome: Verdict.Outcome) -> Int { intervals.reduce(0) { $0 + $1.count(outcome) } }

  /// What shares of flagged images are of, where not all clean images have a record.
  package var sampling: String? {
    guard cleanRecords.contains(where: { $0 < 1 }) else { return nil }
    let shares = cleanRecords.map { JSONValue.number($0 * 100, decimals: 3).text + " %" }.joined(separator: " or ")
    return "shares are of records: of clean images \(shares) have one"
      + (cleanRecords.count > 1 ? "; no sudden change is marked where that differs" : "")
  }

  package var json: JSONValue {
    .object([
      "since": .string(since.text), "until": .string(until.text), "intervalSeconds": .integer(seconds),
      "images": .integer(images), "flagged": .integer(count(.adversarial)),
      "rejected": .integer(count(.rejected)), "failed": .integer(count(.failed)),
      "searches": .integer(searches), "cleanRecords": .array(cleanRecords.map { JSONValue.number($0) }),
      "summedUp": summedUp.isEmpty ? nil : .object(sorted: summedUp, JSONValue.integer),
      "intervals": .array(
        intervals.map { interval in
          .object(
            [JSONValue.Member(name: "start", value: .string(interval.start.text))]
              + [JSONValue.Member](sorted: interval.counts, JSONValue.integer))
        }),
      "suddenChanges": .array(
        changes.map { change in
          .object([
            "start": .string(change.interval.start.text), "share": .number(change.share),
            "shareBefore": .number(change.shareBefore),
          ])
        }),
      "detectors": .array(
        detectors.map { .object(["name": .string($0.detector), "flagged": .integer($0.flagged)]) }),
      "clients": .array(
        clients.map { client in
          .object([
            "name": client.client.map(JSONValue.string) ?? .null, "images": .integer(client.images),
            "flagged": .integer(client.flagged),
          ])
        }),
    ])
  }
}

extension AuditStore.Interval {
  /// How many images had this verdict.
  package func count(_ outcome: Verdict.Outcome) -> Int { count(outcome.rawValue) }
}
