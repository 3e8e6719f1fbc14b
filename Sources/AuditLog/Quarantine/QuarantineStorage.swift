import Common

/// Where the bytes of flagged images lie, by their digest.
///
/// Calls wait for the disk.
protocol QuarantineStorage: Sendable {
  /// Puts an image in the place of what is there; durable when it returns.
  ///
  /// - Throws: `audit-unavailable`.
  func store(_ contents: [UInt8], as sha256: String, _ connection: (any SQLConnection)?) throws(SluiceError)

  /// What lies there; `nil` for nothing.
  ///
  /// - Throws: `audit-unavailable`.
  func outline(of sha256: String, _ connection: (any SQLConnection)?) throws(SluiceError) -> QuarantineOutline?

  /// `nil` for what is not there.
  ///
  /// - Throws: `audit-unavailable`.
  func contents(of sha256: String, _ connection: any SQLConnection) throws(SluiceError) -> [UInt8]?

  /// Removes what is there.
  ///
  /// - Throws: `audit-unavailable`.
  func remove(_ sha256: String, _ connection: any SQLConnection) throws(SluiceError)

  /// What lies in one of its parts, which are called after the first two digits of what they hold: images by their digests, and what
  /// a process that ended left half-written. Nothing where images are written together with their records or not at all.
  func names(inPart part: String) -> [String]

  /// Whether it lies there since before a moment.
  func isOld(_ name: String, before moment: AuditTime) -> Bool

  /// Writes as `store` does, and leaves nothing.
  ///
  /// - Throws: `audit-unavailable`.
  func probe() throws(SluiceError)
}
