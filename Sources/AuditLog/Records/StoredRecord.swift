import Common

/// A record as it was found in the log, with what was said and done about its image since.
package struct StoredRecord: Sendable {
  package let reference: AuditReference
  package let time: AuditTime
  /// What it is about, as it was found: another program may have written it, or a stranger changed it.
  package let kind: String
  package let hash: String
  /// The record as it was hashed: one line of JSON.
  package let text: String
  package let review: ImageReview?
  package let image: ImageState?
  /// Where it stands among the others.
  package let place: AuditQuery.Cursor

  /// What became of the bytes.
  package struct ImageState: Sendable, Hashable {
    package let bytes: Int
    package let isHeld: Bool
    package let isStored: Bool
  }

  /// Whether the bytes are kept, for people.
  package var keptText: String {
    guard let image else { return "no" }
    return image.isHeld ? "yes, held" : image.isStored ? "yes" : "not any more"
  }

  /// - Parameters:
  ///   - place: as its time and its reference say, where it is not given.
  package init(
    reference: AuditReference, time: AuditTime, kind: String, hash: String, text: String, review: ImageReview?,
    image: ImageState?, place: AuditQuery.Cursor? = nil
  ) {
    self.reference = reference
    self.time = time
    self.kind = kind
    self.hash = hash
    self.text = text
    self.review = review
    self.image = image
    self.place = place ?? AuditQuery.Cursor(time: time, reference: reference)
  }

  /// `nil` for a kind that this program does not know.
  package var knownKind: AuditKind? { AuditKind(rawValue: kind) }

  private static let limits = JSONValue.Limits(depth: 32, values: 200_000)

  /// What the record says; null for one that was changed into something else than JSON.
  package var json: JSONValue {
    (try? JSONValue(reading: Array(text.utf8).span, limits: Self.limits)) ?? .null
  }
}

/// What a reviewer said last about an image.
package struct ImageReview: Sendable, Hashable {
  package enum Label: String, Sendable, Hashable, CaseIterable {
    /// Confirmed to be an attack.
    case adversarial
    /// Cleared.
    case clean

    /// For people.
    package var word: String { self == .adversarial ? "confirmed" : "cleared" }
  }

  package var sha256: String
  package var label: Label
  /// The class that the image truly shows.
  package var trueClass: Int?
  /// What kind of attack it was, in the reviewer's words.
  package var attack: String?
  package var note: String?
  package var reviewer: String
  package var time: AuditTime

  package static let classRange = 0...999_999
  /// Of a note and of the name of an attack, in bytes.
  package static let longestText = 2000

  package init(
    sha256: String, label: Label, trueClass: Int? = nil, attack: String? = nil, note: String? = nil, reviewer: String,
    time: AuditTime = .now
  ) {
    self.sha256 = sha256
    self.label = label
    self.trueClass = trueClass
    self.attack = attack
    self.note = note
    self.reviewer = reviewer
    self.time = time
  }

  /// In a word, for people.
  package var word: String { label.word }
}
