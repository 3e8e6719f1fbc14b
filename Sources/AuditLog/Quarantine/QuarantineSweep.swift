import Common

/// Goes through the quarantine for what no record of the log speaks of, and deletes nothing that may be evidence.
///
/// Half-written files go. An image that the log does not know – its database was lost, or put back to an older copy; or a process ended
/// between keeping the image and recording it – counts as kept from now on: limits hold for it, and a record says when it goes. So does
/// one that came after its deletion was recorded.
///
/// Rejected alternative: to delete such images too. A new database in an old folder knows none, and what was held went without a trace.
package struct QuarantineSweep: SteppedWork {
  /// Files that are gone: half-written ones, and images whose deletion was recorded after they came.
  package private(set) var deleted = 0
  /// Images that the log did not know to be there.
  package private(set) var found = 0

  private let store: AuditStore
  private let now: AuditTime
  private var parts = Self.allParts
  private var names: ArraySlice<String> = []

  private static let allParts = (0...UInt8.max).map { Hexadecimal.text([$0]) }[...]
  /// Files of one step.
  private static let atOnce = 256
  /// Younger ones may be on their way to their record.
  private static let age = Duration.seconds(3600)

  package init(_ store: AuditStore, now: AuditTime = .now) {
    self.store = store
    self.now = now
  }

  package var isDone: Bool { parts.isEmpty && names.isEmpty }

  package mutating func step() throws(SluiceError) {
    while names.isEmpty, let part = parts.popFirst() { names = store.quarantine.names(inPart: part)[...] }
    let block = Array(names.prefix(Self.atOnce))
    names = names.dropFirst(block.count)
    let known = try knownImages(block)
    let moment = now - Self.age
    let strangers = block.filter { !known.contains($0) && store.quarantine.isOld($0, before: moment) }
    guard !strangers.isEmpty else { return }
    let (deleted, found) = try store.database.write { connection throws(SluiceError) in
      var (deleted, found) = (0, 0)
      for name in strangers {
        switch try settle(name, connection) {
        case .deleted: deleted += 1
        case .found: found += 1
        case .left: break
        }
      }
      return (deleted, found)
    }
    self.deleted += deleted
    self.found += found
  }

  /// Those of a few names that the log knows as images that are there.
  private func knownImages(_ names: [String]) throws(SluiceError) -> Set<String> {
    let digests = names.filter(\.isDigest)
    guard let last = digests.last else { return [] }
    // Always as many, so that there is one statement.
    let all = digests + Array(repeating: last, count: Self.atOnce - digests.count)
    let places = (1...all.count).map { "$\($0)" }.joined(separator: ", ")
    let rows = try store.database.read { connection throws(SluiceError) in
      try connection.rows(
        "SELECT sha256 FROM audit_object WHERE sha256 IN (\(places)) AND state <> \(ImageKeeping.deleted.rawValue)",
        all.map(SQLValue.text))
    }
    return Set(rows.map { $0.text(0) })
  }

  private enum Outcome { case deleted, found, left }

  private func settle(_ name: String, _ connection: any SQLConnection) throws(SluiceError) -> Outcome {
    if name.isDigest {
      let row = try keeping(of: name, connection)
      // Recorded meanwhile.
      if let row, row.integer(0) != ImageKeeping.deleted.rawValue { return .left }
      // A file from before the record is one whose deletion was interrupted. A younger one came again, and the database is older.
      let deletion = row?.optionalInteger(1).map(AuditTime.init(microseconds:))
      guard let deletion, store.quarantine.isOld(name, before: deletion) else {
        return try adopt(name, connection) ? .found : .left
      }
    }
    try store.quarantine.remove(name, connection)
    return .deleted
  }

  /// The state of an image, and the time of the record that says that it goes.
  private func keeping(of sha256: String, _ connection: any SQLConnection) throws(SluiceError) -> SQLRow? {
    try connection.rows(
      """
      SELECT o.state, r.time FROM audit_object o
      LEFT JOIN audit_record r ON r.writer = o.writer AND r.sequence = o.sequence AND r.kind = \(AuditKind.pruned.sql)
      WHERE o.sha256 = $1
      """, [.text(sha256)]
    ).first
  }

  private func adopt(_ sha256: String, _ connection: any SQLConnection) throws(SluiceError) -> Bool {
    guard let outline = try store.quarantine.outline(of: sha256, connection) else { return false }
    try connection.execute(
      """
      INSERT INTO audit_object (sha256, bytes, stored, held, state) VALUES ($1, $2, $3, 0, \(ImageKeeping.stored.rawValue))
      ON CONFLICT (sha256) DO UPDATE SET stored = excluded.stored, state = excluded.state, writer = NULL, sequence = NULL
      """, [.text(sha256), .integer(max(outline.imageBytes, 0)), .integer(now.microseconds)])
    return true
  }
}
