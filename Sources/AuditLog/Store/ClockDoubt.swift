import Common

/// A reason not to believe the clock: it says that nothing was recorded for long.
///
/// A clock that jumps far ahead makes every image look old, and what is deleted does not come back. The log itself tells: under a
/// right clock there are records from about a day ago, unless nothing was written for long – and then there is no harm in waiting
/// until a day has passed under the new time. A tenth of the age that images may reach passes for a right time all the same, so that a
/// log which is written to once a week can be kept for ninety days.
///
/// Rejected alternatives: the newest record of all (a program writes one when it starts, under the new time already); the times of
/// files (the same clock).
package struct ClockDoubt: Sendable, Hashable {
  /// What the clock says.
  package let now: AuditTime
  /// The last record that is not from the last day.
  package let lastRecord: AuditTime

  /// How long records must have been written under a time for it to be believed.
  package static let probation = Duration.seconds(86_400)
  private static let shareOfAge = 10

  /// - Parameters:
  ///   - lastRecord: when the last record from before the last day was made.
  ///   - age: how old images may become.
  init?(now: AuditTime, lastRecord: AuditTime, age: Duration) {
    let tolerance = max(Self.probation, age / Self.shareOfAge)
    guard lastRecord < now - Self.probation - tolerance else { return nil }
    self.now = now
    self.lastRecord = lastRecord
  }

  package var error: SluiceError {
    SluiceError(
      .clockInDoubt,
      "no image was deleted for its age: the clock says \(now.shortText), and between \(lastRecord.shortText) and the day before "
        + "that nothing was recorded",
      remedy:
        "set the clock; if it is right, prune with --trust-clock, or wait until there have been records for a day")
  }
}

extension AuditStore {
  /// The limits without the age, and why, where the clock cannot be believed and images would go for their age.
  func believable(
    _ limits: QuarantineLimits, _ now: AuditTime, _ trustsClock: Bool
  ) throws(SluiceError) -> (limits: QuarantineLimits, doubt: ClockDoubt?) {
    guard !trustsClock, let age = limits.age else { return (limits, nil) }
    let doubt = try database.read { connection throws(SluiceError) -> ClockDoubt? in
      let old = try connection.rows(
        """
        SELECT 1 FROM audit_object WHERE state = \(ImageKeeping.stored.rawValue) AND held = 0 AND stored < $1 LIMIT 1
        """, [.integer((now - age).microseconds)])
      guard !old.isEmpty else { return nil }
      let last = try connection.rows(
        "SELECT MAX(time) FROM audit_record WHERE time <= $1",
        [.integer((now - ClockDoubt.probation).microseconds)]
      ).first?.optionalInteger(0)
      return last.flatMap { ClockDoubt(now: now, lastRecord: AuditTime(microseconds: $0), age: age) }
    }
    return (doubt == nil ? limits : QuarantineLimits(bytes: limits.bytes), doubt)
  }
}

/// Tells a process that has run for long under a steady clock that the clock can be believed, however little is recorded.
package struct ClockWatch: Sendable {
  private var start: (time: AuditTime, instant: ContinuousClock.Instant)

  private static let steadiness = Duration.seconds(3600)

  package init(time: AuditTime = .now, instant: ContinuousClock.Instant = .now) {
    start = (time, instant)
  }

  /// Looks at the clock; where it has jumped, the watch begins anew.
  ///
  /// - Returns: whether it has been steady for as long as records must have been written under a time.
  package mutating func observe(time: AuditTime = .now, instant: ContinuousClock.Instant = .now) -> Bool {
    let passed = start.instant.duration(to: instant)
    let expected = start.time + passed
    guard time > expected - Self.steadiness, time < expected + Self.steadiness else {
      start = (time, instant)
      return false
    }
    return passed >= ClockDoubt.probation
  }
}

extension SluiceError.Code {
  /// The clock does not fit what is recorded.
  package static let clockInDoubt = SluiceError.Code("clock-in-doubt")
}
