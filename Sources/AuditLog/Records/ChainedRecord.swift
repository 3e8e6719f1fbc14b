import Common
import Crypto

/// A record in its place: its text, and the hash that binds it to all before it.
///
///     hash(n) = SHA-256("sluice audit record 1\n" + hash(n−1) + "\n" + text(n))
///
/// hashes in lower-case hexadecimal, hash(0) being 64 zeros. The text begins with writer, sequence and time, so that a record
/// cannot stand for another.
package struct ChainedRecord: Sendable {
  package let reference: AuditReference
  package let time: AuditTime
  package let kind: AuditKind
  package let hash: String
  package let text: String
  let columns: RecordColumns

  /// The version of the form, as records say it.
  package static let version = 1
  /// The members that every record begins with.
  package static let placeNames = ["version", "writer", "sequence", "time", "kind"]
  package static let firstPrevious = String(repeating: "0", count: 64)
  private static let domain = "sluice audit record 1\n"

  init(_ entry: AuditEntry, at reference: AuditReference, after previous: String) {
    let place: [JSONValue] = [
      .integer(Self.version), .string(reference.writer), .integer(reference.sequence), .string(entry.time.text),
      .string(entry.kind.rawValue),
    ]
    let json = JSONValue.object(
      zip(Self.placeNames, place).map { JSONValue.Member(name: $0, value: $1) } + entry.details)
    self.reference = reference
    time = entry.time
    kind = entry.kind
    text = json.text
    hash = Self.hash(text, after: previous)
    columns = RecordColumns(json)
  }

  static func hash(_ text: String, after previous: String) -> String {
    var hash = SHA256()
    hash.update(data: Array((domain + previous + "\n").utf8))
    var text = text
    text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    return Hexadecimal.text(hash.finalize())
  }
}
