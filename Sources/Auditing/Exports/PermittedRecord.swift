import AuditLog
import Common
import FilterPipeline

/// What somebody may read in a record who may not know of private witnesses.
///
/// Where private detectors were decisive, the record says once that such a witness was, so that it can be understood why an
/// image was held.
package enum PermittedRecord {
  /// What a private detector is called.
  package static let witness = "a private witness"

  /// The JSON of a record, as it may be read; the same where nothing of it is private.
  ///
  /// What was changed says `"withheld": true`: it is not what was hashed.
  package static func json(_ said: JSONValue) -> JSONValue {
    let left = PrivateParts.removed(from: said)
    guard left != said else { return left }
    let verdict = RecordedVerdict.salvaged(from: said).verdict
    let wasDecisive = DecisiveDetectors(verdict).havePrivate || verdict.flaggedGroups.contains(where: \.isPrivate)
    return PrivateParts.marked(left, mentioning: wasDecisive ? witness : nil)
  }
}

extension StoredRecord {
  /// The record as somebody may read it who may not know of private witnesses.
  ///
  /// - Complexity: O(length of the record).
  package var permitted: StoredRecord {
    let said = json
    let shown = PermittedRecord.json(said)
    // What is no JSON any more may say anything.
    guard said == .null || shown != said else { return self }
    return StoredRecord(
      reference: reference, time: time, kind: kind, hash: hash, text: shown.text, review: review, image: image,
      place: place)
  }
}
