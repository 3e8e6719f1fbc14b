import AuditLog
import Common

/// How records are written for other programs: a line each.
package enum RecordForm: String, Sendable, Hashable, CaseIterable {
  /// The record as it was hashed, with its hash and its review.
  case ndjson
  case csv
  /// Open Cybersecurity Schema Framework, Detection Finding.
  case ocsf
  /// ArcSight's Common Event Format.
  case cef

  /// What goes before the first record; `nil` for nothing.
  package var heading: String? { self == .csv ? RecordTable.heading : nil }

  /// One record, without a line break.
  package func line(_ record: StoredRecord) -> String {
    switch self {
    case .ndjson: record.exported.text
    case .csv: RecordTable.line(record)
    case .ocsf: DetectionFinding(record).json.text
    case .cef: CommonEvent(record).text
    }
  }
}

extension StoredRecord {
  /// The record, its place in the chain, and what was said and done since.
  package var exported: JSONValue {
    .object([
      "hash": .string(hash), "record": json, "review": review?.json,
      "image": image.map { image in
        .object(["bytes": .integer(image.bytes), "stored": .bool(image.isStored), "held": .bool(image.isHeld)])
      },
    ])
  }
}

extension ImageReview {
  package var json: JSONValue {
    .object([
      "sha256": .string(sha256), "label": .string(label.rawValue), "class": trueClass.map(JSONValue.integer),
      "attack": attack.map(JSONValue.string), "note": note.map(JSONValue.string), "reviewer": .string(reviewer),
      "time": .string(time.text),
    ])
  }
}
