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
  package static let firstPrevious = String(repeating: "0", count: 64)
  private static let domain = "sluice audit record 1\n"

  init(_ entry: AuditEntry, at reference: AuditReference, after previous: String) {
    let json = JSONValue.object(
      [
        JSONValue.Member(name: "version", value: .integer(Self.version)),
        JSONValue.Member(name: "writer", value: .string(reference.writer)),
        JSONValue.Member(name: "sequence", value: .integer(reference.sequence)),
        JSONValue.Member(name: "time", value: .string(entry.time.text)),
        JSONValue.Member(name: "kind", value: .string(entry.kind.rawValue)),
      ] + entry.details)
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
