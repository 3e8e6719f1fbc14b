import Common

extension AuditStore {
  /// Adds entries to a writer's chain, in this order, in one transaction: when it returns, they are durable.
  ///
  /// The chain's head is read within the transaction, so any number of processes and machines may write to it.
  ///
  /// - Throws: `audit-unavailable`, also where the database has made something else of them; then none was added.
  /// - Complexity: O(bytes of the entries), and a flush of the disk.
  package func append(_ entries: [AuditEntry], to writer: String) throws(SluiceError) -> [AuditReference] {
    // Before the database is locked: most of what is kept is then flushed already.
    for case let image? in entries.map(\.image) { try keep(image, nil) }
    return try database.write { connection throws(SluiceError) in try append(entries, to: writer, connection) }
  }

  func append(
    _ entries: [AuditEntry], to writer: String, _ connection: any SQLConnection
  ) throws(SluiceError) -> [AuditReference] {
    var (sequence, hash) = try lockedHead(of: writer, connection)
    var records: [ChainedRecord] = []
    for entry in entries {
      sequence += 1
      let record = ChainedRecord(entry, at: AuditReference(writer: writer, sequence: sequence), after: hash)
      hash = record.hash
      try insert(record, connection)
      records.append(record)
    }
    // In one order everywhere: transactions of several writers must not wait for each other in a circle.
    let kept = entries.compactMap { entry in entry.image.map { (image: $0, time: entry.time) } }
    let newest = try kept.isEmpty ? nil : newestRecord(connection)
    for (image, time) in kept.sorted(by: { ($0.image.sha256, $0.time) < ($1.image.sha256, $1.time) }) {
      try note(image, at: self.kept(at: time, newestRecord: newest), connection)
    }
    try connection.execute(
      "UPDATE audit_writer SET sequence = $1, hash = $2 WHERE writer = $3",
      [.integer(sequence), .text(hash), .text(writer)])
    try check(records, connection)
    return records.map(\.reference)
  }

  /// Reads records again that were just written, and the head with them: a trigger that somebody has planted can leave them out or
  /// change them, and says nothing.
  private func check(_ records: [ChainedRecord], _ connection: any SQLConnection) throws(SluiceError) {
    guard let first = records.first?.reference, let last = records.last else { return }
    let rows = try connection.rows(
      """
      SELECT r.sequence, r.hash, h.sequence, h.hash FROM audit_record r JOIN audit_writer h ON h.writer = r.writer
      WHERE r.writer = $1 AND r.sequence >= $2 AND r.sequence <= $3 ORDER BY r.sequence
      """, [.text(first.writer), .integer(first.sequence), .integer(last.reference.sequence)])
    let head: [SQLValue] = [.integer(last.reference.sequence), .text(last.hash)]
    guard rows == records.map({ SQLRow([.integer($0.reference.sequence), .text($0.hash)] + head) }) else {
      throw SluiceError(
        .auditUnavailable, "the database of the audit log has made something else of records of \(first.writer)",
        remedy: "verify the log, and examine it: a trigger may change what is written")
    }
  }

  /// The end of the chain, which nobody else adds to until the end of the transaction.
  func lockedHead(
    of writer: String, _ connection: any SQLConnection
  ) throws(SluiceError) -> (sequence: Int, hash: String) {
    try connection.execute(
      "INSERT INTO audit_writer (writer, sequence, hash) VALUES ($1, 0, $2) ON CONFLICT (writer) DO NOTHING",
      [.text(writer), .text(ChainedRecord.firstPrevious)])
    let row = try connection.rows(
      "SELECT sequence, hash FROM audit_writer WHERE writer = $1" + database.dialect.lockingSuffix, [.text(writer)]
    ).first
    guard let row else { throw SluiceError(.auditUnavailable, "the head of the chain \(writer) is missing") }
    guard case .integer(let sequence) = row.values[0], (0..<Int.max).contains(sequence), row.text(1).isDigest else {
      throw SluiceError(
        .auditUnavailable, "the head of the chain \(writer) is damaged", remedy: "verify the log, and examine it")
    }
    return (sequence, row.text(1))
  }

  private func insert(_ record: ChainedRecord, _ connection: any SQLConnection) throws(SluiceError) {
    let (reference, columns) = (record.reference, record.columns)
    let names = RecordColumns.names(inForm: form)
    let values: [SQLValue] =
      [
        .text(reference.writer), .integer(reference.sequence), .integer(record.time.microseconds),
        .text(record.kind.rawValue),
      ] + columns.values(inForm: form) + [.text(record.hash), .text(record.text)]
    try connection.execute(
      """
      INSERT INTO audit_record (writer, sequence, time, kind, \(names.joined(separator: ", ")), hash, record)
      VALUES (\((1...values.count).map { "$\($0)" }.joined(separator: ", ")))
      """, values)
    for detector in columns.flagged {
      try connection.execute(
        "INSERT INTO audit_flag (writer, sequence, detector, time) VALUES ($1, $2, $3, $4)",
        [
          .text(reference.writer), .integer(reference.sequence), .text(detector), .integer(record.time.microseconds),
        ])
    }
  }

  /// Notes that an image is kept, and makes sure that it is: it may have been deleted since it was stored.
  private func note(
    _ image: QuarantinedImage, at time: AuditTime, _ connection: any SQLConnection
  ) throws(SluiceError) {
    try connection.execute(
      """
      INSERT INTO audit_object (sha256, bytes, stored, held, state) VALUES ($1, $2, $3, 0, \(ImageKeeping.stored.rawValue))
      ON CONFLICT (sha256) DO UPDATE SET stored = excluded.stored, state = excluded.state, writer = NULL, sequence = NULL
      """,
      [.text(image.sha256), .integer(image.bytes.count), .integer(time.microseconds)])
    try keep(image, connection)
  }

  /// Puts the bytes of an image into the quarantine, unless they are there: what was cut off there, or lies open although there is a
  /// key by now, is replaced while the bytes are at hand.
  private func keep(_ image: QuarantinedImage, _ connection: (any SQLConnection)?) throws(SluiceError) {
    if let outline = try quarantine.outline(of: image.sha256, connection),
      cipher.accepts(outline, of: image.bytes.count)
    {
      return
    }
    try quarantine.store(try cipher.sealed(image.bytes, of: image.sha256), as: image.sha256, connection)
  }
}

/// Where the bytes of an image stand.
enum ImageKeeping: Int {
  case stored = 0
  /// Their deletion is recorded, and may not have been carried out yet.
  case leaving = 1
  case deleted = 2
}
