import Common

extension AuditStore {
  /// Records what a reviewer says about the image of a record; the last word about an image holds for all its records.
  ///
  /// Reviews of an image have times in the order in which they were recorded, whatever clocks say, so that everybody can tell which
  /// was the last.
  ///
  /// - Throws: `audit-unavailable`.
  package func review(
    _ review: ImageReview, of subject: AuditReference, by writer: String
  ) throws(SluiceError) -> AuditReference {
    try database.write { connection throws(SluiceError) in
      _ = try lockedHead(of: writer, connection)
      let last = try lockedTime(ofReviewOf: review.sha256, connection)
      let time = max(review.time, AuditTime(microseconds: last &+ 1))
      let reference = try append([entry(review, of: subject, at: time)], to: writer, connection)[0]
      try connection.execute(
        """
        UPDATE audit_review SET label = $1, class = $2, attack = $3, note = $4, reviewer = $5, time = $6, writer = $7,
          sequence = $8
        WHERE sha256 = $9
        """,
        [.text(review.label.rawValue)] + Self.values(of: review) + [
          .integer(time.microseconds), .text(reference.writer), .integer(reference.sequence), .text(review.sha256),
        ])
      return reference
    }
  }

  private func entry(_ review: ImageReview, of subject: AuditReference, at time: AuditTime) -> AuditEntry {
    AuditEntry(
      .review, time: time,
      [
        "subject": .string(subject.description), "sha256": .string(review.sha256),
        "label": .string(review.label.rawValue),
        "class": review.trueClass.map(JSONValue.integer), "attack": review.attack.map(JSONValue.string),
        "note": review.note.map(JSONValue.string), "reviewer": .string(review.reviewer),
      ])
  }

  /// When the image was last reviewed, which nobody else does until the end of the transaction.
  private func lockedTime(ofReviewOf sha256: String, _ connection: any SQLConnection) throws(SluiceError) -> Int {
    try connection.execute(
      """
      INSERT INTO audit_review (sha256, label, reviewer, time, writer, sequence) VALUES ($1, '', '', 0, '', 0)
      ON CONFLICT (sha256) DO NOTHING
      """, [.text(sha256)])
    return try connection.rows(
      "SELECT time FROM audit_review WHERE sha256 = $1" + database.dialect.lockingSuffix, [.text(sha256)]
    ).first?.integer(0) ?? 0
  }

  private static func values(of review: ImageReview) -> [SQLValue] {
    [SQLValue(review.trueClass)] + [review.attack, review.note, review.reviewer].map { SQLValue($0.map(listed)) }
  }

  /// A text as the list of reviews has it: not every database has room for a zero character.
  static func listed(_ text: String) -> String { RecordColumns.withoutZeros(text) }

  /// The last review of every image, by digest, a block at a time.
  ///
  /// - Throws: `audit-unavailable`, also for a list that a stranger has put something else into; what the body throws.
  package func forEachReview(_ body: (ImageReview) throws(SluiceError) -> Void) throws(SluiceError) {
    var last = ""
    while true {
      let rows = try database.read { [last] connection throws(SluiceError) in
        try connection.rows(
          """
          SELECT sha256, label, class, attack, note, reviewer, time FROM audit_review
          WHERE sha256 > $1 ORDER BY sha256 LIMIT \(Self.block)
          """, [.text(last)])
      }
      for row in rows {
        guard row.text(0).isDigest else {
          throw SluiceError(
            .auditUnavailable, "the list of reviews has one that is of no image",
            remedy: "verify the log, and examine it")
        }
        guard let label = ImageReview.Label(rawValue: row.text(1)) else { continue }
        try body(
          ImageReview(
            sha256: row.text(0), label: label, trueClass: row.optionalInteger(2), attack: row.optionalText(3),
            note: row.optionalText(4), reviewer: row.text(5), time: AuditTime(microseconds: row.integer(6))))
      }
      guard rows.count == Self.block, let next = rows.last else { return }
      last = next.text(0)
    }
  }
}
