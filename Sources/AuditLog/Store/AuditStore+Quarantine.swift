import Common

extension AuditStore {
  /// What the quarantine holds.
  package struct QuarantineSize: Sendable, Hashable {
    package var images = 0
    /// As they lie on the disk.
    package var bytes = 0
    package var heldImages = 0
  }

  package func quarantineSize() throws(SluiceError) -> QuarantineSize {
    let row = try database.read { connection throws(SluiceError) in
      try connection.rows(
        """
        SELECT COUNT(*), \(Self.sumOnDisk(cipher)), SUM(CASE WHEN held <> 0 THEN 1 ELSE 0 END) FROM audit_object
        WHERE state = \(ImageKeeping.stored.rawValue)
        """, [])
    }.first
    return QuarantineSize(images: row?.integer(0) ?? 0, bytes: row?.integer(1) ?? 0, heldImages: row?.integer(2) ?? 0)
  }

  /// Keeps an image from being deleted, or lets it be again.
  ///
  /// - Throws: `no-such-record` for an image that is not kept; `audit-unavailable`.
  package func hold(
    _ sha256: String, isHeld: Bool, note: String?, reviewer: String, by writer: String
  ) throws(SluiceError) -> AuditReference {
    try database.write { connection throws(SluiceError) in
      // The chain before the images, everywhere: transactions that wait for each other in a circle would fail.
      _ = try lockedHead(of: writer, connection)
      let row = try connection.rows(
        "SELECT state FROM audit_object WHERE sha256 = $1" + database.dialect.lockingSuffix, [.text(sha256)]
      ).first
      guard row?.integer(0) == ImageKeeping.stored.rawValue else {
        throw SluiceError(.noSuchRecord, "the bytes of \(sha256) are not kept")
      }
      try connection.execute(
        "UPDATE audit_object SET held = $1 WHERE sha256 = $2", [.integer(isHeld ? 1 : 0), .text(sha256)])
      let last =
        try connection.rows(
          "SELECT MAX(time) FROM audit_record WHERE sha256 = $1 AND kind = \(AuditKind.hold.sql)", [.text(sha256)]
        ).first?.integer(0) ?? 0
      let entry = AuditEntry(
        // In the order in which they were recorded, whatever clocks say: the last one holds.
        .hold, time: max(.now, AuditTime(microseconds: last &+ 1)),
        [
          "sha256": .string(sha256), "held": .bool(isHeld), "note": note.map(JSONValue.string),
          "reviewer": .string(reviewer),
        ])
      return try append([entry], to: writer, connection)[0]
    }
  }

  /// Looks for what lies in the quarantine and no record speaks of.
  ///
  /// - Throws: `audit-unavailable`.
  /// - Complexity: O(images that are kept).
  package func sweep(now: AuditTime = .now) throws(SluiceError) -> QuarantineSweep {
    var sweep = QuarantineSweep(self, now: now)
    try sweep.finish()
    return sweep
  }

  /// Disks hand out whole blocks: a file of eight bytes takes as much room as one of four thousand.
  private static let diskBlock = 4096
  /// No image is longer; a number that a stranger has put in its place must not make a sum overflow.
  private static let maxBytes = 1 << 40

  /// The room that an image takes on a disk.
  static func onDisk(_ bytes: Int, _ cipher: QuarantineCipher) -> Int {
    guard (0...maxBytes).contains(bytes) else { return 0 }
    return (bytes + cipher.addedBytes + diskBlock - 1) / diskBlock * diskBlock
  }

  /// The same of all images, in SQL. A row that names none counts as nothing: it could not be deleted, and others would go for it.
  static func sumOnDisk(_ cipher: QuarantineCipher) -> String {
    """
    SUM(CASE WHEN bytes BETWEEN 0 AND \(maxBytes) AND LENGTH(sha256) = 64 AND sha256 >= '0' AND sha256 < 'g'
      THEN (bytes + \(cipher.addedBytes + diskBlock - 1)) / \(diskBlock) * \(diskBlock) ELSE 0 END)
    """
  }
}
