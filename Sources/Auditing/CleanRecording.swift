import AuditLog
import Common

/// Of what share of clean images there are records, as programs said when they began to write.
///
/// What is held back is always recorded. So where clean images are sampled, the flagged share of records is larger than that of
/// images, and it jumps where the sampling changes.
struct CleanRecording {
  /// While a writer recorded one share.
  private struct Period {
    let start: AuditTime
    var end: AuditTime
    let share: Double
  }

  private let periods: [Period]

  /// - Throws: `audit-unavailable`.
  /// - Complexity: O(writers, and times that they began to write), from indexes.
  init(_ store: AuditStore, since: AuditTime, until: AuditTime) throws(SluiceError) {
    var periods: [Period] = []
    for newest in try store.newestRecords() where newest.time >= since {
      periods += try Self.periods(of: newest.writer, to: newest.time, store, since, until)
    }
    self.periods = periods
  }

  private static func periods(
    of writer: String, to newest: AuditTime, _ store: AuditStore, _ since: AuditTime, _ until: AuditTime
  ) throws(SluiceError) -> [Period] {
    var periods: [Period] = []
    func add(_ record: StoredRecord) {
      guard let share = record.json["cleanRecords"]?.double, (0...1).contains(share), share != periods.last?.share
      else { return }
      if !periods.isEmpty { periods[periods.count - 1].end = record.time }
      periods.append(Period(start: record.time, end: newest, share: share))
    }
    var query = AuditQuery()
    (query.kind, query.writer, query.until) = (.opened, writer, since)
    if let last = try store.records(query, limit: 1).first { add(last) }
    (query.since, query.until, query.isOldestFirst) = (since, until, true)
    try store.forEach(query) { add($0) }
    return periods
  }

  /// The shares that any writer recorded within a span of time, in ascending order; none where nothing says it.
  func shares(since: AuditTime, until: AuditTime) -> [Double] {
    Set(periods.filter { $0.start < until && $0.end >= since }.map(\.share)).sorted()
  }
}
