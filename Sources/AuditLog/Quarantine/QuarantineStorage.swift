import Common

/// Where the bytes of flagged images lie, by their digest.
///
/// Calls wait for the disk. `store` is durable when it returns; what is there already stays.
protocol QuarantineStorage: Sendable {
  /// - Throws: `audit-unavailable`.
  func store(_ contents: [UInt8], as sha256: String, _ connection: (any SQLConnection)?) throws(SluiceError)

  func holds(_ sha256: String, _ connection: any SQLConnection) throws(SluiceError) -> Bool

  /// `nil` for what is not there.
  ///
  /// - Throws: `audit-unavailable`.
  func contents(of sha256: String, _ connection: any SQLConnection) throws(SluiceError) -> [UInt8]?

  /// Removes what is there.
  ///
  /// - Throws: `audit-unavailable`.
  func remove(_ sha256: String, _ connection: any SQLConnection) throws(SluiceError)

  /// What lies there since before a moment and may belong to no record, and what a process that ended left half-written.
  func leftovers(before moment: AuditTime) -> [String]

  /// Writes as `store` does, and leaves nothing.
  ///
  /// - Throws: `audit-unavailable`.
  func probe() throws(SluiceError)
}
