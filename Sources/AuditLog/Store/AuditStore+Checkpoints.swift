import Common

extension AuditStore {
  /// Signs what a chain looks like now, and keeps the signature beside it.
  ///
  /// - Parameters:
  ///   - last: what whoever signs remembers to have signed last; `nil` where it is the first time.
  /// - Returns: `nil` for a chain without records, or without any since the last time.
  /// - Throws: `audit-rewritten` for a chain that does not go on from there; `audit-unavailable`.
  package func checkpoint(
    of writer: String, signedBy key: AuditSigningKey, after last: Checkpoint? = nil, now: AuditTime = .now
  ) throws(SluiceError) -> SignedCheckpoint? {
    try database.write { connection throws(SluiceError) in
      let (sequence, hash) = try lockedHead(of: writer, connection)
      if let last {
        try check(last, isBelow: sequence, connection)
        guard sequence > last.sequence else { return nil }
      }
      guard sequence > 0 else { return nil }
      let signed = try SignedCheckpoint(
        Checkpoint(writer: writer, sequence: sequence, hash: hash, time: now), signedBy: key)
      try connection.execute(
        """
        INSERT INTO audit_checkpoint (writer, sequence, time, note) VALUES ($1, $2, $3, $4)
        ON CONFLICT (writer, sequence) DO UPDATE SET time = excluded.time, note = excluded.note
        """, [.text(writer), .integer(sequence), .integer(now.microseconds), .text(signed.text)])
      return signed
    }
  }

  /// A signature covers everything before it: whoever has rewritten the log without the key must not be given it for that.
  private func check(
    _ last: Checkpoint, isBelow sequence: Int, _ connection: any SQLConnection
  ) throws(SluiceError) {
    let row = try connection.rows(
      "SELECT hash FROM audit_record WHERE writer = $1 AND sequence = $2",
      [.text(last.writer), .integer(last.sequence)]
    ).first
    guard let row else { throw Self.rewritten(last, "is missing") }
    guard row.values[0] == .text(last.hash) else { throw Self.rewritten(last, "has another hash") }
    guard sequence >= last.sequence else { throw Self.rewritten(last, "lies behind the end of its chain") }
  }

  private static func rewritten(_ last: Checkpoint, _ what: String) -> SluiceError {
    SluiceError(
      .auditRewritten, "record \(last.reference) \(what), which had the hash \(last.hash) when it was signed",
      remedy: "somebody has changed the log: verify it with a checkpoint that was kept elsewhere, and examine it")
  }

  /// The last checkpoint of a chain, unverified; `nil` where there is none.
  package func lastCheckpoint(of writer: String) throws(SluiceError) -> Checkpoint? {
    let row = try database.read { connection throws(SluiceError) in
      try connection.rows(
        "SELECT note FROM audit_checkpoint WHERE writer = $1 ORDER BY sequence DESC LIMIT 1", [.text(writer)])
    }.first
    return row.flatMap { try? SignedCheckpoint($0.text(0)).checkpoint }
  }
}

extension SluiceError.Code {
  /// What was signed before is not in the log any more.
  package static let auditRewritten = SluiceError.Code("audit-rewritten")
}
