import Common

extension AuditStore {
  /// What a clean-up deleted, or would delete.
  package struct Pruning: Sendable, Hashable {
    package var images = 0
    /// As they lay on the disk.
    package var bytes = 0
    /// Why none was deleted for its age, where some would have been.
    package var doubt: ClockDoubt?

    mutating func add(_ leaving: [QuarantineCleanup.Leaving]) {
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
  package func pruningPreview(
    to limits: QuarantineLimits, now: AuditTime = .now, trustsClock: Bool = false
  ) throws(SluiceError) -> Pruning {
    let (limits, doubt) = try believable(limits, now, trustsClock)
    var pruning = Pruning(doubt: doubt)
    try database.read { connection throws(SluiceError) in
      let terms = PruningTerms(limits: limits, now: now, atOnce: Self.block)
      let surplus = try surplusBytes(limits, connection)
      var place = QuarantineCleanup.Place()
      while !place.isEnd {
        pruning.add(try oldestBeyond(terms, surplus: surplus - pruning.bytes, from: &place, connection))
      }
    }
    return pruning
  }

  /// Records in one transaction that the oldest images beyond the limits go, some at a time.
  ///
  /// - Parameters:
  ///   - surplus: what is left of it; `nil` where nothing has been counted yet.
  func announceOldestBeyond(
    _ terms: PruningTerms, surplus: inout QuarantineCleanup.Surplus?, from place: inout QuarantineCleanup.Place,
    by writer: String
  ) throws(SluiceError) -> [QuarantineCleanup.Leaving] {
    var (next, counted) = (place, surplus)
    let leaving = try database.write { connection throws(SluiceError) in
      _ = try lockedHead(of: writer, connection)
      var current = try recounted(counted, terms.limits, connection)
      let leaving = try oldestBeyond(
        terms, surplus: current.bytes, from: &next, connection, lockingSuffix: database.dialect.passingSuffix)
      if !leaving.isEmpty {
        try announce(leaving, terms.limits, by: writer, connection)
        current.subtract(leaving)
      }
      counted = current
      return leaving
    }
    (place, surplus) = (next, counted)
    return leaving
  }

  /// What is beyond the limits now, without keeping anybody from writing.
  func surplus(_ limits: QuarantineLimits) throws(SluiceError) -> QuarantineCleanup.Surplus {
    try database.read { connection throws(SluiceError) in try recounted(nil, limits, connection) }
  }

  /// What was counted, unless somebody else has deleted since.
  private func recounted(
    _ counted: QuarantineCleanup.Surplus?, _ limits: QuarantineLimits, _ connection: any SQLConnection
  ) throws(SluiceError) -> QuarantineCleanup.Surplus {
    guard limits.bytes != nil else { return QuarantineCleanup.Surplus(bytes: 0, deletions: 0) }
    let deletions = try connection.rows(
      "SELECT COUNT(*) FROM audit_record WHERE \(AuditKind.pruned.amongOthers())", []
    ).first?.integer(0)
    if let counted, counted.deletions == deletions { return counted }
    return QuarantineCleanup.Surplus(bytes: try surplusBytes(limits, connection), deletions: deletions ?? 0)
  }

  /// Bytes beyond what may be kept.
  private func surplusBytes(_ limits: QuarantineLimits, _ connection: any SQLConnection) throws(SluiceError) -> Int {
    guard let most = limits.bytes else { return 0 }
    let kept = try connection.rows(
      "SELECT \(Self.sumOnDisk(cipher)) FROM audit_object WHERE state = \(ImageKeeping.stored.rawValue)", []
    ).first?.integer(0)
    return (kept ?? 0) - most
  }

  /// The oldest images that are too many or too old, some at a time.
  private func oldestBeyond(
    _ terms: PruningTerms, surplus: Int, from place: inout QuarantineCleanup.Place, _ connection: any SQLConnection,
    lockingSuffix: String = ""
  ) throws(SluiceError) -> [QuarantineCleanup.Leaving] {
    let oldest = terms.oldest
    let rows = try connection.rows(
      """
      SELECT sha256, bytes, stored FROM audit_object
      WHERE state = \(ImageKeeping.stored.rawValue) AND held = 0 AND (stored, sha256) > ($1, $2)
      ORDER BY stored, sha256 LIMIT \(terms.atOnce)\(lockingSuffix)
      """, [place.stored, place.sha256])
    place.isEnd = rows.count < terms.atOnce
    var rest = surplus
    var leaving: [QuarantineCleanup.Leaving] = []
    for row in rows {
      (place.stored, place.sha256) = (row.values[2], row.values[0])
      // What is no digest is the name of no image, and nothing to delete: verification finds it.
      guard row.text(0).isDigest, case .integer(let stored) = row.values[2] else { continue }
      guard stored < oldest || rest > 0 else {
        place.isEnd = true
        break
      }
      let image = QuarantineCleanup.Leaving(
        sha256: row.text(0), bytes: Self.onDisk(row.integer(1), cipher), stored: stored)
      rest -= image.bytes
      leaving.append(image)
    }
    return leaving
  }

  private func announce(
    _ leaving: [QuarantineCleanup.Leaving], _ limits: QuarantineLimits, by writer: String,
    _ connection: any SQLConnection
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
