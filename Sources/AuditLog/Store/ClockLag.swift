import Common

/// A clock that went back: the log has records from well after what it says.
///
/// An image that is kept under such a time would be too old as soon as the clock is right again, and be deleted at once. So it counts as
/// kept when the newest record was made, which it comes after.
///
/// A clock that was far ahead for a moment must not date all later images: a time under which there have not been records for a day is
/// passed over, as `ClockDoubt` does.
package struct ClockLag: Sendable, Hashable {
  /// What the clock says.
  package let now: AuditTime
  /// The newest record whose time can be believed.
  package let lastRecord: AuditTime

  /// Clocks of several gateways differ a little, and so may records.
  private static let tolerance = Duration.seconds(86_400)

  init?(now: AuditTime, lastRecord: AuditTime) {
    guard now < lastRecord - Self.tolerance else { return nil }
    self.now = now
    self.lastRecord = lastRecord
  }

  package var error: SluiceError {
    SluiceError(
      .clockInDoubt,
      "the clock went back: it says \(now.shortText), and the log has records until \(lastRecord.shortText)",
      remedy: "set the clock; images that come until then count as kept when the last of those records was made")
  }
}

extension AuditStore {
  /// How far the clock is behind the records; `nil` where it is not.
  ///
  /// - Throws: `audit-unavailable`.
  package func clockLag(now: AuditTime = .now) throws(SluiceError) -> ClockLag? {
    try database.read { connection throws(SluiceError) in try newestRecord(connection) }
      .flatMap { ClockLag(now: now, lastRecord: $0) }
  }

  /// When an image was kept that comes with an entry of a time.
  func kept(at time: AuditTime, newestRecord: AuditTime?) -> AuditTime {
    newestRecord.flatMap { ClockLag(now: time, lastRecord: $0) }?.lastRecord ?? time
  }

  /// The time of the newest record that can be believed; `nil` without records.
  func newestRecord(_ connection: any SQLConnection) throws(SluiceError) -> AuditTime? {
    guard let newest = try lastRecord(until: .max, connection) else { return nil }
    let dayBefore = (AuditTime(microseconds: newest) - ClockDoubt.probation).microseconds
    guard let former = try lastRecord(until: dayBefore, connection) else { return AuditTime(microseconds: newest) }
    // Otherwise there have been no records for a day under this time.
    let isBelieved = AuditTime(microseconds: former) >= AuditTime(microseconds: dayBefore) - ClockDoubt.probation
    return AuditTime(microseconds: isBelieved ? newest : former)
  }

  /// Whatever a stranger has put into the column: no text, and no number that arithmetic could not bear.
  private func lastRecord(until moment: Int, _ connection: any SQLConnection) throws(SluiceError) -> Int? {
    try connection.rows("SELECT MAX(time) FROM audit_record WHERE time >= 0 AND time <= $1", [.integer(moment)])
      .first?.optionalInteger(0)
  }
}
