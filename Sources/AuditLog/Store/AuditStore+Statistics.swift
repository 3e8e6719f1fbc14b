import Common

extension AuditStore {
  /// Images by verdict in one interval.
  package struct Interval: Sendable, Hashable {
    /// When it begins.
    package let start: AuditTime
    package var counts: [String: Int] = [:]

    package init(start: AuditTime, counts: [String: Int] = [:]) {
      self.start = start
      self.counts = counts
    }

    package var total: Int { counts.values.reduce(0, +) }
    /// Images that detectors have judged: what was rejected or failed says nothing about them, and anybody can send more of it.
    package var judged: Int { count("clean") + count("adversarial") }
    package func count(_ verdict: String) -> Int { counts[verdict] ?? 0 }
  }

  /// How many images had which verdict, in intervals of equal length; empty ones are left out.
  ///
  /// - Parameters:
  ///   - seconds: the length of an interval; they begin at whole multiples of it since 1970.
  /// - Complexity: O(records between `since` and `until`), from an index alone.
  package func intervals(
    of seconds: Int, since: AuditTime, until: AuditTime
  ) throws(SluiceError) -> [Interval] {
    let length = seconds * 1_000_000
    let rows = try database.read { connection throws(SluiceError) in
      try connection.rows(
        """
        SELECT time / \(length), verdict, COUNT(*) FROM audit_record
        WHERE time >= $1 AND time < $2 AND verdict IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
        """, [.integer(since.microseconds), .integer(until.microseconds)])
    }
    var intervals: [Interval] = []
    for row in rows {
      let start = AuditTime(microseconds: row.integer(0) * length)
      if intervals.last?.start != start { intervals.append(Interval(start: start)) }
      intervals[intervals.count - 1].counts[row.text(1)] = row.integer(2)
    }
    return intervals
  }

  /// Images of one client, or of those that are not known.
  package struct ClientCount: Sendable, Hashable {
    package let client: String?
    package let images: Int
    package let flagged: Int
  }

  /// The clients with the most flagged images, then with the most images.
  package func clients(
    since: AuditTime, until: AuditTime, limit: Int
  ) throws(SluiceError) -> [ClientCount] {
    try database.read { connection throws(SluiceError) in
      try connection.rows(
        """
        SELECT client, COUNT(*), SUM(CASE WHEN verdict = 'adversarial' THEN 1 ELSE 0 END) FROM audit_record
        WHERE verdict IS NOT NULL AND time >= $1 AND time < $2
        GROUP BY client ORDER BY 3 DESC, 2 DESC LIMIT $3
        """, [.integer(since.microseconds), .integer(until.microseconds), .integer(limit)])
    }.map { ClientCount(client: $0.optionalText(0), images: $0.integer(1), flagged: $0.integer(2)) }
  }

  /// How many images a detector flagged.
  package struct DetectorCount: Sendable, Hashable {
    package let detector: String
    package let flagged: Int
  }

  package func detectorCounts(
    since: AuditTime, until: AuditTime
  ) throws(SluiceError) -> [DetectorCount] {
    try database.read { connection throws(SluiceError) in
      try connection.rows(
        """
        SELECT detector, COUNT(*) FROM audit_flag WHERE time >= $1 AND time < $2
        GROUP BY detector ORDER BY 2 DESC, 1 LIMIT 1000
        """, [.integer(since.microseconds), .integer(until.microseconds)])
    }.map { DetectorCount(detector: $0.text(0), flagged: $0.integer(1)) }
  }

  /// How many inputs were rejected that have no records of their own, by the code of the error.
  ///
  /// - Complexity: O(records of sums between `since` and `until`).
  package func summedUp(since: AuditTime, until: AuditTime) throws(SluiceError) -> [String: Int] {
    var query = AuditQuery()
    (query.kind, query.since, query.until) = (.summary, since, until)
    var counts: [String: Int] = [:]
    try forEach(query) { record throws(SluiceError) in
      for error in record.json["errors"]?.members ?? [] {
        // Of a record that a stranger has changed, the sum may be none.
        let (sum, isTooLarge) = counts[error.name, default: 0].addingReportingOverflow(error.value.integer ?? 0)
        if !isTooLarge { counts[error.name] = sum }
      }
    }
    return counts
  }
}
