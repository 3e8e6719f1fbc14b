import Common

extension AuditStore {
  /// What a clean-up deleted, or would delete.
  package struct Pruning: Sendable, Hashable {
    package var images = 0
    /// As they lay on the disk.
    package var bytes = 0
    /// Why none was deleted for its age, where some would have been.
    package var doubt: ClockDoubt?

    mutating func count(_ leaving: [Leaving]) {
      images += leaving.count
      bytes += leaving.reduce(0) { $0 + $1.bytes }
    }
  }

  /// Deletes the bytes of images beyond the limits, as `QuarantineCleanup` does it.
  ///
  /// - Parameters:
  ///   - trustsClock: deletes by age also where the clock is in doubt.
  /// - Throws: `audit-unavailable`.
  package func prune(
    to limits: QuarantineLimits, now: AuditTime = .now, trustsClock: Bool = false, by writer: String
  ) throws(SluiceError) -> Pruning {
    var cleanup = QuarantineCleanup(self, to: limits, now: now, trustsClock: trustsClock, by: writer)
    try cleanup.finish()
    return cleanup.pruning
  }

  /// What `prune` would delete.
  package func excess(
    over limits: QuarantineLimits, now: AuditTime = .now, trustsClock: Bool = false
  ) throws(SluiceError) -> Pruning {
    let (limits, doubt) = try believable(limits, now, trustsClock)
    var pruning = Pruning(doubt: doubt)
    try database.read { connection throws(SluiceError) in
      let surplus = try surplus(limits, connection)
      var place = Place()
      while !place.isEnd {
        pruning.count(
          try excess(limits, now, surplus: surplus - pruning.bytes, from: &place, Self.block, connection))
      }
    }
    return pruning
  }

  struct Leaving {
    let sha256: String
    let bytes: Int
    let stored: Int
  }

  /// A place among the images from the oldest to the newest, as the database has it: it only ever moves on, whatever a stranger has
  /// put into the columns.
  struct Place {
    var stored = SQLValue.integer(.min)
    var sha256 = SQLValue.text("")
    var isEnd = false
  }

  /// Bytes beyond what may be kept, as a clean-up counts them once and then takes off what leaves.
  ///
  /// Images that come meanwhile are left to the next clean-up.
  struct Surplus {
    var bytes: Int
    /// Deletions that had been recorded by then. Where there are more, somebody else deletes too, and all is counted again: what both
    /// took off would be missing twice.
    var deletions: Int

    mutating func subtract(_ leaving: [Leaving]) {
      bytes -= leaving.reduce(0) { $0 + $1.bytes }
      deletions += 1
    }
  }

  /// Records in one transaction that the oldest images beyond the limits go, some at a time.
  ///
  /// - Parameters:
  ///   - surplus: what is left of it; `nil` where nothing has been counted yet.
  func announceExcess(
    _ limits: QuarantineLimits, _ now: AuditTime, surplus: inout Surplus?, from place: inout Place, atOnce most: Int,
    by writer: String
  ) throws(SluiceError) -> [Leaving] {
    var (next, counted) = (place, surplus)
    let leaving = try database.write { connection throws(SluiceError) in
      _ = try lockedHead(of: writer, connection)
      var current = try self.surplus(limits, after: counted, connection)
      let leaving = try excess(
        limits, now, surplus: current.bytes, from: &next, most, connection, database.dialect.passingSuffix)
      if !leaving.isEmpty {
        try announce(leaving, limits, by: writer, connection)
        current.subtract(leaving)
      }
      counted = current
      return leaving
    }
    (place, surplus) = (next, counted)
    return leaving
  }

  /// What is beyond the limits now, without keeping anybody from writing.
  func surplus(_ limits: QuarantineLimits) throws(SluiceError) -> Surplus {
    try database.read { connection throws(SluiceError) in try surplus(limits, after: nil, connection) }
  }

  private func surplus(
    _ limits: QuarantineLimits, after counted: Surplus?, _ connection: any SQLConnection
  ) throws(SluiceError) -> Surplus {
    guard limits.bytes != nil else { return Surplus(bytes: 0, deletions: 0) }
    let deletions = try connection.rows(
      // What the index of the few other records recognises.
      "SELECT COUNT(*) FROM audit_record WHERE kind <> 'verdict' AND kind = 'pruned'", []
    ).first?.integer(0)
    if let counted, counted.deletions == deletions { return counted }
    return Surplus(bytes: try surplus(limits, connection), deletions: deletions ?? 0)
  }

  /// Bytes beyond what may be kept.
  private func surplus(_ limits: QuarantineLimits, _ connection: any SQLConnection) throws(SluiceError) -> Int {
    guard let most = limits.bytes else { return 0 }
    let kept = try connection.rows(
      "SELECT \(Self.sumOnDisk(cipher)) FROM audit_object WHERE state = \(ImageKeeping.stored.rawValue)", []
    ).first?.integer(0)
    return (kept ?? 0) - most
  }

  /// The oldest images that are too many or too old, some at a time.
  private func excess(
    _ limits: QuarantineLimits, _ now: AuditTime, surplus: Int, from place: inout Place, _ most: Int,
    _ connection: any SQLConnection, _ lockingSuffix: String = ""
  ) throws(SluiceError) -> [Leaving] {
    let oldest = limits.age.map { (now - $0).microseconds } ?? .min
    let rows = try connection.rows(
      """
      SELECT sha256, bytes, stored FROM audit_object
      WHERE state = \(ImageKeeping.stored.rawValue) AND held = 0 AND (stored, sha256) > ($1, $2)
      ORDER BY stored, sha256 LIMIT \(most)\(lockingSuffix)
      """, [place.stored, place.sha256])
    place.isEnd = rows.count < most
    var rest = surplus
    var leaving: [Leaving] = []
    for row in rows {
      (place.stored, place.sha256) = (row.values[2], row.values[0])
      // What is no digest is the name of no image, and nothing to delete: verification finds it.
      guard row.text(0).isDigest, case .integer(let stored) = row.values[2] else { continue }
      guard stored < oldest || rest > 0 else {
        place.isEnd = true
        break
      }
      let image = Leaving(sha256: row.text(0), bytes: Self.onDisk(row.integer(1), cipher), stored: stored)
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

  /// Carries out deletions that are recorded, some at a time, also those that an end of the process interrupted.
  ///
  /// - Parameters:
  ///   - last: where the last call ended; as the database has it.
  /// - Returns: whether that was the last of them.
  func carryOutDeletions(after last: inout SQLValue, atOnce most: Int) throws(SluiceError) -> Bool {
    let rows = try database.write { [last] connection throws(SluiceError) in
      // An image that came again meanwhile is stored again, and not in this state; one that is coming just now is passed over.
      let rows = try connection.rows(
        """
        SELECT sha256 FROM audit_object WHERE state = \(ImageKeeping.leaving.rawValue) AND sha256 > $1
        ORDER BY sha256 LIMIT \(most)\(database.dialect.passingSuffix)
        """, [last])
      for row in rows where row.text(0).isDigest {
        try quarantine.remove(row.text(0), connection)
        try connection.execute(
          "UPDATE audit_object SET state = \(ImageKeeping.deleted.rawValue) WHERE sha256 = $1", [.text(row.text(0))])
      }
      return rows
    }
    if let row = rows.last { last = row.values[0] }
    return rows.count < most
  }
}
