import Common

extension AuditStore {
  /// Signs what a chain looks like now, and keeps the signature beside it.
  ///
  /// - Returns: `nil` for a chain without records.
  /// - Throws: `audit-unavailable`.
  package func checkpoint(
    of writer: String, signedBy key: AuditSigningKey, now: AuditTime = .now
  ) throws(SluiceError) -> SignedCheckpoint? {
    try database.write { connection throws(SluiceError) in
      let (sequence, hash) = try lockedHead(of: writer, connection)
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

  /// The last checkpoint of a chain, unverified; `nil` where there is none.
  package func lastCheckpoint(of writer: String) throws(SluiceError) -> Checkpoint? {
    let row = try database.read { connection throws(SluiceError) in
      try connection.rows(
        "SELECT note FROM audit_checkpoint WHERE writer = $1 ORDER BY sequence DESC LIMIT 1", [.text(writer)])
    }.first
    return row.flatMap { try? SignedCheckpoint($0.text(0)).checkpoint }
  }
}
