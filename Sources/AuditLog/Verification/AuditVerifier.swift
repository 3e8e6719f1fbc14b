import Common

/// Checks everything that a log says about itself, from its first record to its last, in bounded memory.
///
/// - the tables: that they and their indexes are what this program makes, and whole, so that queries tell of every row;
/// - the chain: every record follows the one before it, and hashes to what is written beside it;
/// - the columns, flags and reviews beside records: that they say what the records say;
/// - the checkpoints: that a trusted key signed them, and that the chain still runs through them, also those kept elsewhere;
/// - the quarantine: that what is to be kept is there, and is what it was.
package struct AuditVerifier {
  let store: AuditStore
  private let keys: [AuditVerificationKey]
  private let kept: [SignedCheckpoint]
  private let checksImages: Bool

  /// - Parameters:
  ///   - keys: those that are trusted to sign.
  ///   - kept: checkpoints that were kept elsewhere.
  ///   - checksImages: whether the bytes in the quarantine are read and hashed.
  package init(
    _ store: AuditStore, keys: [AuditVerificationKey], kept: [SignedCheckpoint] = [], checksImages: Bool = true
  ) {
    self.store = store
    self.keys = keys
    self.kept = kept
    self.checksImages = checksImages
  }

  /// - Parameters:
  ///   - progress: told how many records have been checked.
  /// - Throws: `audit-unavailable` where the log cannot be read at all; `quarantine-encrypted` where nothing is wrong but kept
  ///   images cannot be read without a key: what cannot be checked says nothing either way.
  /// - Complexity: O(bytes of all records and images).
  package func verify(progress: (Int) -> Void = { _ in }) throws(SluiceError) -> Verification {
    var result = Verification()
    result.problems += try tableProblems()
    let kept = trusted(&result)
    for name in Set(try chainNames(&result) + kept.map(\.checkpoint.writer)).sorted() {
      var chain = ChainVerifier(
        store: store, writer: name, keys: keys, kept: kept.filter { $0.checkpoint.writer == name })
      let done = result.records
      if let problem = try chain.verify(progress: { progress(done + $0) }) {
        result.problems.append(problem)
      }
      result.problems += chain.summary.missingKeys
      result.writers.append(chain.summary)
      result.records += chain.summary.records
      result.checkpoints += chain.summary.checkpoints
    }
    result.problems += try listProblems()
    try checkImages(&result)
    return result
  }

  /// The checkpoints that were kept elsewhere and that a trusted key signed.
  private func trusted(_ result: inout Verification) -> [SignedCheckpoint] {
    let trusted = kept.filter { $0.isSigned(byOneOf: keys) }
    let count = kept.count - trusted.count
    guard count > 0, let first = kept.first(where: { !$0.isSigned(byOneOf: keys) }) else { return trusted }
    let others = count > 1 ? " (the first of \(count) checkpoints)" : ""
    result.problems.append(
      Verification.Problem(
        first.checkpoint.reference, "the checkpoint that was kept elsewhere is signed by no trusted key\(others)"))
    return trusted
  }

  /// Every chain that there is a trace of: one that its list leaves out is checked as well.
  private func chainNames(_ result: inout Verification) throws(SluiceError) -> [String] {
    let rows = try store.database.read { connection throws(SluiceError) in
      try connection.rows(
        """
        WITH RECURSIVE names (name) AS (
          SELECT MIN(writer) FROM audit_record
          UNION ALL
          SELECT (SELECT MIN(writer) FROM audit_record WHERE writer > name) FROM names WHERE name IS NOT NULL)
        SELECT name FROM names WHERE name IS NOT NULL
        UNION SELECT writer FROM audit_writer UNION SELECT writer FROM audit_checkpoint
        """, [])
    }
    let names = rows.map { $0.text(0) }.filter(AuditWriterName.isName)
    if names.count < rows.count {
      result.problems.append(Verification.Problem(nil, "there is a chain whose name is not valid"))
    }
    return names
  }

  /// Goes on behind an image that does not hold: one that cannot be decrypted says nothing of the others.
  ///
  /// - Throws: `quarantine-encrypted` where nothing is wrong but images cannot be read without a key; `audit-unavailable`.
  private func checkImages(_ result: inout Verification) throws(SluiceError) {
    var last: String?
    var found = FoundImages()
    while true {
      let rows = try imageRows(after: last)
      for row in rows {
        do throws(SluiceError) { found.note(try imageProblem(row), isNamed: row.text(0).isDigest) } catch {
          guard error.code == .quarantineEncrypted else { throw error }
          found.withoutKey = error
        }
      }
      // Behind what is no text nothing can be asked for.
      guard rows.count == AuditStore.block, case .text(let next)? = rows.last?.values[0] else { break }
      last = next
    }
    (result.images, result.brokenImages) = (found.sound, found.broken)
    result.problems += found.problems.map { Verification.Problem(nil, $0) }
    // What else was found is not to be lost to a missing key.
    if let error = found.withoutKey, result.holds { throw error }
  }

  /// What checking has found of kept images.
  private struct FoundImages {
    var sound = 0
    var broken = 0
    var withoutKey: SluiceError?
    private var oddRow: String?
    private var firstBroken: String?

    mutating func note(_ problem: String?, isNamed: Bool) {
      guard let problem else {
        sound += 1
        return
      }
      guard isNamed else {
        oddRow = oddRow ?? problem
        return
      }
      broken += 1
      firstBroken = firstBroken ?? problem
    }

    var problems: [String] {
      let first = firstBroken.map { broken > 1 ? "\($0) (the first of \(broken) kept images that do not hold)" : $0 }
      return [oddRow, first].compactMap(\.self)
    }
  }

  /// From the first on, whatever stands there in place of a digest.
  private func imageRows(after last: String?) throws(SluiceError) -> [SQLRow] {
    try store.database.read { connection throws(SluiceError) in
      try connection.rows(
        """
        SELECT sha256, bytes FROM audit_object
        WHERE \(last == nil ? "" : "sha256 > $1 AND ")state = \(ImageKeeping.stored.rawValue)
        ORDER BY sha256 LIMIT \(AuditStore.block)
        """, last.map { [.text($0)] } ?? [])
    }
  }

  private func imageProblem(_ row: SQLRow) throws(SluiceError) -> String? {
    guard case .text(let sha256) = row.values[0], sha256.isDigest else {
      return "the list of what is kept has a row that is of no image"
    }
    guard checksImages else {
      let isThere = try store.database.read { connection throws(SluiceError) in
        try store.quarantine.outline(of: sha256, connection) != nil
      }
      return isThere ? nil : try missing(sha256)
    }
    do throws(SluiceError) {
      guard let image = try store.image(sha256) else { return try missing(sha256) }
      guard row.values[1] != .integer(image.count) else { return nil }
      return "the bytes of \(sha256) should be \(row.integer(1)) and are \(image.count)"
    } catch {
      guard error.code == .quarantineDamaged else { throw error }
      return error.description
    }
  }

  /// Bytes may have been deleted rightly since the list of what is kept was read.
  private func missing(_ sha256: String) throws(SluiceError) -> String? {
    let row = try store.database.read { connection throws(SluiceError) in
      try connection.rows("SELECT state FROM audit_object WHERE sha256 = $1", [.text(sha256)])
    }.first
    return row?.integer(0) == ImageKeeping.stored.rawValue
      ? "the bytes of \(sha256) are missing from the quarantine" : nil
  }
}

/// What a verification found.
package struct Verification: Sendable, Hashable {
  package internal(set) var writers: [Writer] = []
  package internal(set) var records = 0
  package internal(set) var checkpoints = 0
  /// Kept images that are what they were.
  package internal(set) var images = 0
  /// Those that are not, or not there.
  package internal(set) var brokenImages = 0
  /// Those of the tables, then the first of each chain, and of what lies beside the chains; none where everything holds.
  package internal(set) var problems: [Problem] = []

  package var holds: Bool { problems.isEmpty }

  /// Whether nothing is wrong but that keys are missing: what they signed says nothing either way.
  package var lacksKeysAlone: Bool { !holds && problems.allSatisfy(\.isMissingKey) }

  package struct Writer: Sendable, Hashable {
    package let name: String
    package internal(set) var records = 0
    package internal(set) var checkpoints = 0
    /// How far signatures of trusted keys reach.
    package internal(set) var signedThrough = 0
    /// The first few.
    package internal(set) var unknownKeys: [UnknownKey] = []
    package internal(set) var hash = ChainedRecord.firstPrevious
  }

  package struct Problem: Sendable, Hashable {
    /// The first record that does not hold; `nil` for what lies beside the records.
    package let reference: AuditReference?
    package let what: String
    /// Whether it may be that nobody has named the right key, and nothing more.
    package let isMissingKey: Bool

    init(_ reference: AuditReference?, _ what: String, isMissingKey: Bool = false) {
      self.reference = reference
      self.what = what
      self.isMissingKey = isMissingKey
    }
  }
}

extension Checkpoint {
  package var reference: AuditReference { AuditReference(writer: writer, sequence: sequence) }
}
