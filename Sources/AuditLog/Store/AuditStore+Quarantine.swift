import Pixels

/// How much is kept, and how long.
package struct QuarantineLimits: Sendable, Hashable {
  /// The most bytes of images; the oldest go first.
  package var bytes: Int?
  package var age: Duration?

  package init(bytes: Int? = nil, age: Duration? = nil) {
    self.bytes = bytes
    self.age = age
  }
}

extension AuditStore {
  /// What the quarantine holds.
  package struct QuarantineSize: Sendable, Hashable {
    package var images = 0
    package var bytes = 0
    package var heldImages = 0
  }

  package func quarantineSize() throws(SluiceError) -> QuarantineSize {
    let row = try database.read { connection throws(SluiceError) in
      try connection.rows(
        "SELECT COUNT(*), SUM(bytes), SUM(held) FROM audit_object WHERE state = \(ImageKeeping.stored.rawValue)", [])
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
      guard row?.integer(0) == ImageKeeping.stored.rawValue, row != nil else {
        throw SluiceError(.noSuchRecord, "the bytes of \(sha256) are not kept")
      }
      try connection.execute(
        "UPDATE audit_object SET held = $1 WHERE sha256 = $2", [.integer(isHeld ? 1 : 0), .text(sha256)])
      let last =
        try connection.rows(
          "SELECT MAX(time) FROM audit_record WHERE sha256 = $1 AND kind = 'hold'", [.text(sha256)]
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

  /// What a clean-up deleted, or would delete.
  package struct Pruning: Sendable, Hashable {
    package var images = 0
    package var bytes = 0

    fileprivate mutating func count(_ leaving: [Leaving]) {
      images += leaving.count
      bytes += leaving.reduce(0) { $0 + $1.bytes }
    }
  }

  /// Deletes the bytes of images beyond the limits, the oldest first; those that are held stay. Records stay all.
  ///
  /// Which images go is recorded before they do.
  ///
  /// - Throws: `audit-unavailable`.
  package func prune(
    to limits: QuarantineLimits, now: AuditTime = .now, by writer: String
  ) throws(SluiceError) -> Pruning {
    try finishDeletions()
    var pruning = Pruning()
    while true {
      let leaving = try database.write { connection throws(SluiceError) in
        _ = try lockedHead(of: writer, connection)
        let surplus = try surplus(limits, connection)
        let leaving = try excess(limits, now, surplus: surplus, after: nil, connection, database.dialect.passingSuffix)
        if !leaving.isEmpty { try announce(leaving, limits, by: writer, connection) }
        return leaving
      }
      guard !leaving.isEmpty else { return pruning }
      try finishDeletions()
      pruning.count(leaving)
    }
  }

  /// Deletes what lies in the quarantine and belongs to no record: a process ended, or a transaction failed, between keeping an
  /// image and recording it.
  ///
  /// - Throws: `audit-unavailable`.
  /// - Complexity: O(images that are kept).
  package func sweep(now: AuditTime = .now) throws(SluiceError) -> Int {
    var swept = 0
    for name in quarantine.leftovers(before: now - Self.sweepingAge) {
      let isGone = try database.write { connection throws(SluiceError) in
        let rows = try connection.rows(
          "SELECT 1 FROM audit_object WHERE sha256 = $1 AND state <> \(ImageKeeping.deleted.rawValue)", [.text(name)])
        guard rows.isEmpty else { return false }
        try quarantine.remove(name, connection)
        return true
      }
      if isGone { swept += 1 }
    }
    return swept
  }

  /// Younger ones may be on their way to their record.
  private static let sweepingAge = Duration.seconds(3600)

  /// What `prune` would delete.
  package func excess(over limits: QuarantineLimits, now: AuditTime = .now) throws(SluiceError) -> Pruning {
    try database.read { connection throws(SluiceError) in
      let surplus = try surplus(limits, connection)
      var pruning = Pruning()
      var last: Leaving?
      while true {
        let leaving = try excess(limits, now, surplus: surplus - pruning.bytes, after: last, connection)
        guard !leaving.isEmpty else { return pruning }
        pruning.count(leaving)
        last = leaving.last
      }
    }
  }

  fileprivate struct Leaving {
    let sha256: String
    let bytes: Int
    let stored: Int
  }

  private static let mostLeaving = 200

  /// Bytes beyond what may be kept.
  private func surplus(_ limits: QuarantineLimits, _ connection: any SQLConnection) throws(SluiceError) -> Int {
    guard let most = limits.bytes else { return 0 }
    let kept = try connection.rows(
      "SELECT SUM(bytes) FROM audit_object WHERE state = \(ImageKeeping.stored.rawValue)", []
    ).first?.integer(0)
    return (kept ?? 0) - most
  }

  /// The oldest images that are too many or too old, some at a time.
  private func excess(
    _ limits: QuarantineLimits, _ now: AuditTime, surplus: Int, after last: Leaving?, _ connection: any SQLConnection,
    _ lockingSuffix: String = ""
  ) throws(SluiceError) -> [Leaving] {
    let oldest = limits.age.map { (now - $0).microseconds } ?? .min
    let rows = try connection.rows(
      """
      SELECT sha256, bytes, stored FROM audit_object
      WHERE state = \(ImageKeeping.stored.rawValue) AND held = 0 AND (stored, sha256) > ($1, $2)
      ORDER BY stored, sha256 LIMIT \(Self.mostLeaving)\(lockingSuffix)
      """, [.integer(last?.stored ?? .min), .text(last?.sha256 ?? "")])
    var rest = surplus
    var leaving: [Leaving] = []
    for row in rows {
      let image = Leaving(sha256: row.text(0), bytes: row.integer(1), stored: row.integer(2))
      guard image.stored < oldest || rest > 0 else { break }
      rest -= image.bytes
      leaving.append(image)
    }
    return leaving
  }

  private func announce(
    _ leaving: [Leaving], _ limits: QuarantineLimits, by writer: String, _ connection: any SQLConnection
  ) throws(SluiceError) {
    let entry = AuditEntry(
      .pruned,
      [
        "images": .array(leaving.map { .string($0.sha256) }),
        "limits": .object([
          "bytes": limits.bytes.map(JSONValue.integer),
          "seconds": limits.age.map { .integer(Int($0.components.seconds)) },
        ]),
      ])
    let reference = try append([entry], to: writer, connection)[0]
    for image in leaving {
      try connection.execute(
        "UPDATE audit_object SET state = \(ImageKeeping.leaving.rawValue), writer = $1, sequence = $2 WHERE sha256 = $3",
        [.text(reference.writer), .integer(reference.sequence), .text(image.sha256)])
    }
  }

  /// Carries out the deletions that are recorded, also those that an end of the process interrupted.
  private func finishDeletions() throws(SluiceError) {
    try database.write { connection throws(SluiceError) in
      // An image that came again meanwhile is stored again, and not in this state; one that is coming just now is passed over.
      let rows = try connection.rows(
        "SELECT sha256 FROM audit_object WHERE state = \(ImageKeeping.leaving.rawValue)"
          + database.dialect.passingSuffix, [])
      for row in rows {
        try quarantine.remove(row.text(0), connection)
        try connection.execute(
          "UPDATE audit_object SET state = \(ImageKeeping.deleted.rawValue) WHERE sha256 = $1", [.text(row.text(0))])
      }
    }
  }
}
