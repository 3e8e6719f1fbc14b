import Common

extension AuditStore {
  /// The records that a query asks for, in its order.
  ///
  /// - Parameters:
  ///   - cursor: where the last call ended.
  ///   - limit: the most records.
  /// - Throws: `audit-unavailable`.
  package func records(
    _ query: AuditQuery, after cursor: AuditQuery.Cursor? = nil, limit: Int
  ) throws(SluiceError) -> [StoredRecord] {
    var condition = AuditCondition(query, database.dialect, form: form)
    if let cursor {
      try cursor.checkIsAskable()
      condition.add(after: cursor, isOldestFirst: query.isOldestFirst)
    }
    let direction = query.isOldestFirst ? "ASC" : "DESC"
    let bound = condition.parameter(.integer(limit))
    let sql =
      Self.selection + " WHERE \(condition.text)"
      + " ORDER BY r.time \(direction), r.writer \(direction), r.sequence \(direction) LIMIT \(bound)"
    return try database.read { connection throws(SluiceError) in try connection.rows(sql, condition.values) }
      .map(Self.record)
  }

  /// One record after the other, from a query of any length, in bounded memory.
  package func forEach(
    _ query: AuditQuery, limit: Int = .max, _ body: (StoredRecord) throws(SluiceError) -> Void
  ) throws(SluiceError) {
    var (cursor, rest) = (nil as AuditQuery.Cursor?, limit)
    while rest > 0 {
      let records = try records(query, after: cursor, limit: min(rest, Self.block))
      for record in records { try body(record) }
      rest -= records.count
      guard records.count == Self.block, let last = records.last else { return }
      cursor = AuditQuery.Cursor(last)
    }
  }

  static let block = 500

  /// How many records a query asks for, counted up to a bound.
  package func count(_ query: AuditQuery, atMost bound: Int = .max) throws(SluiceError) -> Int {
    var condition = AuditCondition(query, database.dialect, form: form)
    let limit = condition.parameter(.integer(bound))
    let sql = "SELECT COUNT(*) FROM (SELECT 1 \(Self.tables) WHERE \(condition.text) LIMIT \(limit)) AS counted"
    return try database.read { connection throws(SluiceError) in try connection.rows(sql, condition.values) }
      .first?.integer(0) ?? 0
  }

  /// The record at a place; `nil` where there is none.
  package func record(_ reference: AuditReference) throws(SluiceError) -> StoredRecord? {
    try database.read { connection throws(SluiceError) in
      try connection.rows(
        Self.selection + " WHERE r.writer = $1 AND r.sequence = $2",
        [.text(reference.writer), .integer(reference.sequence)])
    }.first.map(Self.record)
  }

  /// The records that a person may mean: a place (`gateway-1:4711`, or `4711` where there is one chain), the last record of a search,
  /// the id of a request, or the beginning of a digest (8 digits and more), newest first.
  ///
  /// - Throws: `no-such-record`; `audit-unavailable`.
  package func find(_ text: String, limit: Int = 100) throws(SluiceError) -> [StoredRecord] {
    if let reference = try reference(text), let record = try record(reference) { return [record] }
    if let search = try lastRecord(ofSearch: text) { return [search] }
    var query = AuditQuery()
    query.request = text
    var found = try records(query, limit: limit)
    // Ids of requests are the senders' choice: one that looks like a digest must not hide the image that has it.
    if (8...64).contains(text.utf8.count), text.allSatisfy(\.isHexDigit) {
      query.request = nil
      query.digest = text.lowercased()
      let known = Set(found.map(\.reference))
      found += try records(query, limit: limit).filter { !known.contains($0.reference) }
    }
    guard !found.isEmpty else { throw Self.missing(text) }
    return Array(found.sorted { $0.time > $1.time }.prefix(limit))
  }

  /// The record that a person means, for doing something about its image: of several records of one image, the newest.
  ///
  /// - Throws: `no-such-record`; `ambiguous-record` where records of several images may be meant; `audit-unavailable`.
  package func findOne(_ text: String) throws(SluiceError) -> StoredRecord {
    let found = try find(text)
    guard Set(found.map { $0.json["sha256"]?.string }).count == 1 else {
      let places = found.prefix(5).map(\.reference.description).joined(separator: ", ")
      throw SluiceError(
        .ambiguousRecord, "`\(text)` may be records of several images: \(places)\(found.count > 5 ? ", …" : "")",
        remedy: "name one of them")
    }
    return found[0]
  }

  /// The newest record of a search; `nil` for one that there is none of.
  package func lastRecord(ofSearch search: String) throws(SluiceError) -> StoredRecord? {
    var query = AuditQuery()
    (query.kind, query.search) = (.search, search)
    return try records(query, limit: 1).first
  }

  private func reference(_ text: String) throws(SluiceError) -> AuditReference? {
    if let reference = AuditReference(text) { return reference }
    guard let sequence = Int(text), sequence > 0 else { return nil }
    let writers = try heads().filter { $0.sequence >= sequence }.map(\.writer)
    guard writers.count <= 1 else {
      throw SluiceError(
        .noSuchRecord, "there is a record \(sequence) of each of the writers \(writers.joined(separator: ", "))",
        remedy: "name the writer as well, as in \(writers[0]):\(sequence)")
    }
    return writers.first.map { AuditReference(writer: $0, sequence: sequence) }
  }

  private static func missing(_ text: String) -> SluiceError {
    SluiceError(
      .noSuchRecord, "there is no record `\(text)`",
      remedy: "give WRITER:NUMBER, a search, the id of a request, or at least 8 digits of an image's SHA-256")
  }

  /// The bytes of a kept image; `nil` where they are not kept, or not any more.
  ///
  /// - Throws: `quarantine-damaged`, `quarantine-encrypted`; `audit-unavailable`.
  package func image(_ sha256: String) throws(SluiceError) -> [UInt8]? {
    guard sha256.isDigest else { return nil }
    let contents = try database.read { connection throws(SluiceError) in
      try quarantine.contents(of: sha256, connection)
    }
    return try contents.map { (contents) throws(SluiceError) in try cipher.opened(contents, of: sha256) }
  }

  /// The detectors that ever flagged anything, by name.
  package func detectors() throws(SluiceError) -> [String] {
    try database.read { connection throws(SluiceError) in
      try connection.rows(
        """
        WITH RECURSIVE names (name) AS (
          SELECT MIN(detector) FROM audit_flag
          UNION ALL
          SELECT (SELECT MIN(detector) FROM audit_flag WHERE detector > name) FROM names WHERE name IS NOT NULL)
        SELECT name FROM names WHERE name IS NOT NULL LIMIT 1000
        """, [])
    }.map { $0.text(0) }
  }

  /// The newest record of an image that a detector flagged; `nil` for a detector that never did.
  ///
  /// - Complexity: O(log of the records), from indexes.
  package func newestRecord(flaggedBy detector: String) throws(SluiceError) -> StoredRecord? {
    let place = try database.read { connection throws(SluiceError) in
      try connection.rows(
        "SELECT writer, sequence FROM audit_flag WHERE detector = $1 ORDER BY time DESC LIMIT 1",
        [.text(RecordColumns.indexable(detector))])
    }.first
    return try place.flatMap { (row) throws(SluiceError) in
      try record(AuditReference(writer: row.text(0), sequence: row.integer(1)))
    }
  }

  private static let tables = """
    FROM audit_record r LEFT JOIN audit_review v ON v.sha256 = r.sha256 LEFT JOIN audit_object o ON o.sha256 = r.sha256
    """

  private static let selection = """
    SELECT r.writer, r.sequence, r.time, r.kind, r.hash, r.record, r.sha256,
      v.label, v.class, v.attack, v.note, v.reviewer, v.time, o.bytes, o.held, o.state \(tables)
    """

  private static func record(_ row: SQLRow) -> StoredRecord {
    let review = row.optionalText(7).flatMap(ImageReview.Label.init(rawValue:)).map { label in
      ImageReview(
        sha256: row.text(6), label: label, trueClass: row.optionalInteger(8), attack: row.optionalText(9),
        note: row.optionalText(10), reviewer: row.text(11), time: AuditTime(microseconds: row.integer(12)))
    }
    let image = row.optionalInteger(13).map { bytes in
      StoredRecord.ImageState(
        bytes: bytes, isHeld: row.integer(14) != 0, isStored: row.integer(15) == ImageKeeping.stored.rawValue)
    }
    return StoredRecord(
      reference: AuditReference(writer: row.text(0), sequence: row.integer(1)),
      time: AuditTime(microseconds: row.integer(2)), kind: row.text(3), hash: row.text(4), text: row.text(5),
      review: review, image: image, place: AuditQuery.Cursor(values: Array(row.values[2...2] + row.values[0...1])))
  }
}

extension SluiceError.Code {
  package static let noSuchRecord = SluiceError.Code("no-such-record")
  package static let ambiguousRecord = SluiceError.Code("ambiguous-record")
}
