import Common

/// Checks one writer's chain, and stops at the first record that does not hold.
struct ChainVerifier {
  private let store: AuditStore
  private let keys: [AuditVerificationKey]
  /// Checkpoints that were kept elsewhere, the earliest first.
  private var kept: ArraySlice<SignedCheckpoint>
  private(set) var summary: Verification.Writer

  init(store: AuditStore, writer: String, keys: [AuditVerificationKey], kept: [SignedCheckpoint]) {
    self.store = store
    self.keys = keys
    self.kept = kept.sorted { $0.checkpoint.sequence < $1.checkpoint.sequence }[...]
    summary = Verification.Writer(name: writer)
  }

  /// A block of records with what lies beside them, all of one state of the database.
  private struct Block {
    let records: [SQLRow]
    /// What flagged which record, and when it is said to have done so.
    let flags: [SQLValue: Set<[SQLValue]>]
    let checkpoints: [SQLValue: String]
    let reviews: [String: SQLRow]
    let images: Set<String>
  }

  /// - Returns: the first problem.
  mutating func verify(progress: (Int) -> Void) throws(SluiceError) -> Verification.Problem? {
    var block: Block
    repeat {
      block = try nextBlock()
      for row in block.records {
        if let what = problem(row, block) { return problem(at: summary.records + 1, what) }
        summary.records += 1
      }
      progress(summary.records)
    } while block.records.count == AuditStore.block
    return try endProblem()
  }

  private func problem(at sequence: Int, _ what: String) -> Verification.Problem {
    Verification.Problem(AuditReference(writer: summary.name, sequence: sequence), what)
  }

  /// What is wrong behind the last record: something is missing, or the chain is said to end elsewhere.
  private func endProblem() throws(SluiceError) -> Verification.Problem? {
    if let checkpoint = kept.first {
      return problem(
        at: summary.records + 1,
        "is missing: a checkpoint that was kept elsewhere says that there are \(checkpoint.checkpoint.sequence) records"
      )
    }
    // Records may have been added and signed since the last ones were read, so only a checkpoint without its record says anything.
    let later = try store.database.read { [summary] connection throws(SluiceError) in
      try connection.rows(
        """
        SELECT c.sequence FROM audit_checkpoint c WHERE c.writer = $1 AND c.sequence > $2 AND NOT EXISTS (
          SELECT 1 FROM audit_record r WHERE r.writer = c.writer AND r.sequence = c.sequence)
        ORDER BY c.sequence LIMIT 1
        """, [.text(summary.name), .integer(summary.records)])
    }.first
    if let later {
      return problem(
        at: summary.records + 1, "is missing: there is a checkpoint of record \(later.integer(0))")
    }
    return try headProblem()
  }

  /// The head of a chain is where the next record will be added. Records may have been added since the last ones were read, so it
  /// is held against what there is at the same moment.
  private func headProblem() throws(SluiceError) -> Verification.Problem? {
    let row = try store.database.read { [summary] connection throws(SluiceError) in
      try connection.rows(
        """
        SELECT h.sequence, h.hash, r.last FROM (SELECT MAX(sequence) AS last FROM audit_record WHERE writer = $1) r
        LEFT JOIN audit_writer h ON h.writer = $1
        """, [.text(summary.name)])
    }.first
    let last = row?.integer(2) ?? 0
    guard case .integer(let head)? = row?.values[0] else {
      return last > 0 ? problem(at: last, "is the last of a chain without a head") : nil
    }
    if head > last { return problem(at: last + 1, "is missing: the chain is said to have \(head) records") }
    if head < last { return problem(at: head + 1, "is there, but the chain is said to have \(head) records") }
    guard head == summary.records, row?.text(1) != summary.hash else { return nil }
    return problem(at: head, "is the last record, but the head of the chain has another hash")
  }

  private mutating func problem(_ row: SQLRow, _ block: Block) -> String? {
    let sequence = summary.records + 1
    let text = row.text(1)
    guard row.values[0] == .integer(sequence) else { return Self.gap(before: row.values[0]) }
    let hash = ChainedRecord.hash(text, after: summary.hash)
    guard hash == row.text(2) else { return "was changed, or a record before it: its hash does not follow" }
    if let what = contentsProblem(text, row, block) { return what }
    summary.hash = hash
    if let note = block.checkpoints[.integer(sequence)], let what = checkpointProblem(note) { return what }
    while let checkpoint = kept.first?.checkpoint, checkpoint.sequence == sequence {
      guard checkpoint.hash == hash else {
        return "was rewritten: a checkpoint that was kept elsewhere has another hash for it"
      }
      kept.removeFirst()
      if checkpoint.sequence > summary.signedThrough { summary.signedThrough = checkpoint.sequence }
    }
    return nil
  }

  private static func gap(before sequence: SQLValue) -> String {
    guard case .integer(let number) = sequence else { return "is missing: the next record has no whole number" }
    return "is missing: the next record is number \(number)"
  }

  private mutating func checkpointProblem(_ text: String) -> String? {
    guard let note = try? SignedCheckpoint(text) else { return "has a checkpoint that cannot be read" }
    let expected = (summary.name, summary.records + 1, summary.hash)
    guard (note.checkpoint.writer, note.checkpoint.sequence, note.checkpoint.hash) == expected else {
      return "has a checkpoint of another chain"
    }
    guard note.isSigned(byOneOf: keys) else {
      guard !keys.contains(where: note.names) else { return "has a checkpoint that no trusted key signed" }
      // It says nothing either way, and what follows may hold or not.
      summary.note(unknown: note)
      return nil
    }
    summary.checkpoints += 1
    summary.signedThrough = summary.records + 1
    return nil
  }

  private static let limits = JSONValue.Limits(depth: 32, values: 200_000)

  /// Whether the record says where it stands, and whether what lies beside it says the same as it does.
  private func contentsProblem(_ text: String, _ row: SQLRow, _ block: Block) -> String? {
    guard let json = try? JSONValue(reading: Array(text.utf8).span, limits: Self.limits) else { return "is not JSON" }
    guard json["writer"]?.string == summary.name, json["sequence"]?.integer == summary.records + 1 else {
      return "says that it has another place"
    }
    let columns = RecordColumns(json)
    let time = json["time"]?.string.flatMap { AuditTime($0) }
    guard time.map({ .integer($0.microseconds) }) == row.values[3],
      json["kind"]?.string.map(SQLValue.text) == row.values[4],
      columns.values(inForm: store.form) == Array(row.values[5...])
    else { return "is listed as something that it is not: the columns beside it were changed" }
    let flags = Set(columns.flagged.map { [SQLValue.text($0), row.values[3]] })
    guard flags == block.flags[.integer(summary.records + 1)] ?? [] else {
      return "is listed under other detectors than those that flagged it"
    }
    return reviewProblem(json, time, block) ?? imageProblem(json, block)
  }

  /// A review that another one has not replaced must be the one that the table has.
  private func reviewProblem(_ json: JSONValue, _ time: AuditTime?, _ block: Block) -> String? {
    guard json["kind"]?.string == AuditKind.review.rawValue, let sha256 = json["sha256"]?.string, let time else {
      return nil
    }
    guard let row = block.reviews[sha256] else { return "is a review that the list of reviews does not have" }
    let isThis = row.text(2) == summary.name && row.values[3] == .integer(summary.records + 1)
    guard isThis || row.integer(1) > time.microseconds else {
      return "is a review that the list of reviews does not have"
    }
    let says =
      [SQLValue(json["label"]?.string), SQLValue(json["class"]?.integer)]
      + ["attack", "note", "reviewer"].map { SQLValue(json[$0]?.string.map(AuditStore.listed)) }
    return isThis && says != Array(row.values[4...]) ? "is a review that is listed as something that it is not" : nil
  }

  private func imageProblem(_ json: JSONValue, _ block: Block) -> String? {
    guard json["quarantined"] == .bool(true), let sha256 = json["sha256"]?.string else { return nil }
    return block.images.contains(sha256) ? nil : "kept an image that the quarantine does not know"
  }

  private func nextBlock() throws(SluiceError) -> Block {
    // A record below the first would be one that nobody checks.
    let (name, first) = (summary.name, summary.records == 0 ? .min : summary.records)
    return try store.database.read { connection throws(SluiceError) in
      let records = try connection.rows(
        """
        SELECT sequence, record, hash, time, kind, \(RecordColumns.names(inForm: store.form).joined(separator: ", ")) FROM audit_record
        WHERE writer = $1 AND sequence > $2 ORDER BY sequence LIMIT \(AuditStore.block)
        """, [.text(name), .integer(first)])
      let range: [SQLValue] = [.text(name), .integer(first), records.last?.values[0] ?? .integer(first)]
      let flags = try connection.rows(
        "SELECT sequence, detector, time FROM audit_flag WHERE writer = $1 AND sequence > $2 AND sequence <= $3", range)
      let checkpoints = try connection.rows(
        "SELECT sequence, note FROM audit_checkpoint WHERE writer = $1 AND sequence > $2 AND sequence <= $3", range)
      let reviews = try connection.rows(
        """
        SELECT v.sha256, v.time, v.writer, v.sequence, v.label, v.class, v.attack, v.note, v.reviewer
        FROM audit_review v JOIN audit_record r ON r.sha256 = v.sha256
        WHERE r.writer = $1 AND r.sequence > $2 AND r.sequence <= $3 AND r.kind = \(AuditKind.review.sql)
        """, range)
      let images = try connection.rows(
        """
        SELECT o.sha256 FROM audit_object o JOIN audit_record r ON r.sha256 = o.sha256
        WHERE r.writer = $1 AND r.sequence > $2 AND r.sequence <= $3
        """, range)
      return Block(
        records: records,
        flags: Dictionary(grouping: flags) { $0.values[0] }.mapValues { Set($0.map { Array($0.values[1...]) }) },
        checkpoints: Dictionary(checkpoints.map { ($0.values[0], $0.text(1)) }) { first, _ in first },
        reviews: Dictionary(reviews.map { ($0.text(0), $0) }) { first, _ in first },
        images: Set(images.map { $0.text(0) }))
    }
  }
}
