import Common

extension AuditVerifier {
  /// What the lists beside the records say and no record does: the first of each list.
  func listProblems() throws(SluiceError) -> [Verification.Problem] {
    [
      try reviewProblem(), try flagProblem(), try checkpointProblem(), try deletionProblem(), try holdProblem(),
    ].compactMap(\.self)
  }

  /// A review in the table that no record has.
  private func reviewProblem() throws(SluiceError) -> Verification.Problem? {
    let row = try first(
      """
      SELECT v.writer, v.sequence, v.sha256 FROM audit_review v
      LEFT JOIN audit_record r ON r.writer = v.writer AND r.sequence = v.sequence
        AND r.kind = \(AuditKind.review.sql) AND r.sha256 = v.sha256 AND r.time = v.time
      WHERE r.writer IS NULL ORDER BY v.sha256 LIMIT 1
      """)
    return row.map { Verification.Problem($0.reference, "there is a review of \($0.text(2)) that no record has") }
  }

  /// A flag of a record that is not there.
  private func flagProblem() throws(SluiceError) -> Verification.Problem? {
    let row = try first(
      """
      SELECT f.writer, f.sequence FROM audit_flag f
      LEFT JOIN audit_record r ON r.writer = f.writer AND r.sequence = f.sequence
      WHERE r.writer IS NULL ORDER BY f.writer, f.sequence LIMIT 1
      """)
    return row.map { Verification.Problem($0.reference, "is listed under a detector, but does not exist") }
  }

  /// A checkpoint of no record, below the last one of its chain: those above it are missed where the chain ends.
  private func checkpointProblem() throws(SluiceError) -> Verification.Problem? {
    let row = try first(
      """
      SELECT c.writer, c.sequence FROM audit_checkpoint c
      LEFT JOIN audit_record r ON r.writer = c.writer AND r.sequence = c.sequence
      WHERE r.writer IS NULL AND c.sequence < (SELECT MAX(m.sequence) FROM audit_record m WHERE m.writer = c.writer)
      ORDER BY c.writer, c.sequence LIMIT 1
      """)
    return row.map { Verification.Problem(nil, "there is a checkpoint of \($0.text(0)) that stands for no record") }
  }

  /// An image that is said to be deleted without a record that it was, or with one from before it was last kept.
  private func deletionProblem() throws(SluiceError) -> Verification.Problem? {
    let row = try first(
      """
      SELECT o.sha256 FROM audit_object o
      LEFT JOIN audit_record r ON r.writer = o.writer AND r.sequence = o.sequence AND r.kind = \(AuditKind.pruned.sql)
        AND r.record LIKE '%"' || o.sha256 || '"%'
      WHERE o.state <> \(ImageKeeping.stored.rawValue) AND (r.writer IS NULL OR EXISTS (
        SELECT 1 FROM audit_record q
        WHERE q.writer = o.writer AND q.sequence > o.sequence AND q.sha256 = o.sha256
          AND q.record LIKE '%"quarantined":true%'))
      ORDER BY o.sha256 LIMIT 1
      """)
    return row.map {
      Verification.Problem(nil, "the bytes of \($0.text(0)) are said to be deleted, and no record says so")
    }
  }

  /// An image that is said to be held, or not to be, other than its last record says.
  private func holdProblem() throws(SluiceError) -> Verification.Problem? {
    let row = try first(
      """
      SELECT o.sha256 FROM audit_object o
      LEFT JOIN audit_record r ON r.sha256 = o.sha256 AND r.kind = \(AuditKind.hold.sql) AND r.time = (
        SELECT MAX(m.time) FROM audit_record m WHERE m.sha256 = o.sha256 AND m.kind = \(AuditKind.hold.sql))
      WHERE o.held <> CASE WHEN r.record LIKE '%"held":true%' THEN 1 ELSE 0 END
        OR (o.held <> 0 AND o.state <> \(ImageKeeping.stored.rawValue))
      ORDER BY o.sha256 LIMIT 1
      """)
    return row.map {
      Verification.Problem(nil, "the bytes of \($0.text(0)) are held or deleted in another way than the records say")
    }
  }

  private func first(_ sql: String) throws(SluiceError) -> SQLRow? {
    try store.database.read { connection throws(SluiceError) in try connection.rows(sql, []) }.first
  }
}

extension SQLRow {
  /// From a writer and a number in the first columns.
  fileprivate var reference: AuditReference { AuditReference(writer: text(0), sequence: integer(1)) }
}
