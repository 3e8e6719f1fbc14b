import Common
import Crypto
import FoundationEssentials

/// What a chain looked like at a moment: how many records, and the hash of the last.
///
/// Whoever keeps a signed checkpoint elsewhere can tell a log that was cut off or rewritten since. Its text follows the
/// transparency logs' form (C2SP `tlog-checkpoint`), the hash being that of a chain instead of a tree:
///
///     sluice-audit/gateway-1
///     4711
///     base64 of the hash of record 4711
///     2026-11-24T23:44:02.123456Z
package struct Checkpoint: Sendable, Hashable {
  package let writer: String
  package let sequence: Int
  package let hash: String
  package let time: AuditTime

  package init(writer: String, sequence: Int, hash: String, time: AuditTime) {
    self.writer = writer
    self.sequence = sequence
    self.hash = hash
    self.time = time
  }

  static let origin = "sluice-audit/"

  /// The signed text, with its last line break.
  var body: String {
    let base64 = Data(Hexadecimal.bytes(hash.utf8) ?? []).base64EncodedString()
    return "\(Self.origin)\(writer)\n\(sequence)\n\(base64)\n\(time.text)\n"
  }

  /// `nil` for another text.
  init?(body: String) {
    let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 5, lines[4].isEmpty, lines[0].hasPrefix(Self.origin), let sequence = Int(lines[1]),
      sequence > 0, let digest = Data(base64Encoded: String(lines[2])), digest.count == 32,
      let time = AuditTime(String(lines[3]))
    else { return nil }
    let writer = String(lines[0].dropFirst(Self.origin.count))
    guard AuditWriterName.isName(writer) else { return nil }
    self.init(writer: writer, sequence: sequence, hash: Hexadecimal.text(digest), time: time)
    guard self.body == body else { return nil }
  }
}

/// A checkpoint with a signature (C2SP `signed-note`): the body, an empty line, and a line
/// `— NAME BASE64(key hash, signature)`.
package struct SignedCheckpoint: Sendable, Hashable {
  package let checkpoint: Checkpoint
  /// The whole note.
  package let text: String
  let keyName: String
  let keyHash: [UInt8]
  let signature: [UInt8]

  static let longest = 4096

  init(_ checkpoint: Checkpoint, signedBy key: AuditSigningKey) throws(SluiceError) {
    self.checkpoint = checkpoint
    keyName = key.verification.name
    keyHash = key.verification.hash
    signature = try key.signature(of: Array(checkpoint.body.utf8))
    text = "\(checkpoint.body)\n— \(keyName) \(Data(keyHash + signature).base64EncodedString())\n"
  }

  /// - Throws: `invalid-checkpoint` for another text.
  package init(_ text: String) throws(SluiceError) {
    guard text.utf8.count <= Self.longest, let note = Self.parts(text), let checkpoint = Checkpoint(body: note.body)
    else {
      throw SluiceError(
        .invalidCheckpoint, "this is not a signed checkpoint of an audit log",
        remedy: "give a file that `sluice audit checkpoint` wrote")
    }
    self.text = text
    self.checkpoint = checkpoint
    keyName = note.name
    keyHash = Array(note.signature.prefix(4))
    signature = Array(note.signature.dropFirst(4))
  }

  /// All checkpoints of a file, one after the other.
  ///
  /// - Throws: `invalid-checkpoint` where anything in it is none.
  package static func all(in text: String) throws(SluiceError) -> [SignedCheckpoint] {
    var all: [SignedCheckpoint] = []
    var note = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      note += line + "\n"
      guard line.hasPrefix("— ") else { continue }
      all.append(try SignedCheckpoint(note))
      note = ""
    }
    guard note.isEmpty, text.hasSuffix("\n"), !all.isEmpty else { return [try SignedCheckpoint(text)] }
    return all
  }

  private static func parts(_ text: String) -> (body: String, name: String, signature: Data)? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 7, lines[4].isEmpty, lines[6].isEmpty else { return nil }
    let words = lines[5].split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[0] == "—", let signature = Data(base64Encoded: String(words[2])),
      signature.count == 4 + 64
    else { return nil }
    return (lines[..<4].joined(separator: "\n") + "\n", String(words[1]), signature)
  }

  /// Whether one of the keys signed it.
  package func isSigned(byOneOf keys: [AuditVerificationKey]) -> Bool {
    keys.contains { names($0) && $0.verifies(signature, of: Array(checkpoint.body.utf8)) }
  }

  /// Whether it says that this key signed it.
  func names(_ key: AuditVerificationKey) -> Bool { key.name == keyName && key.hash == keyHash }
}

extension SluiceError.Code {
  package static let invalidCheckpoint = SluiceError.Code("invalid-checkpoint")
  package static let invalidKey = SluiceError.Code("invalid-key")
}
