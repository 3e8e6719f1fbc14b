import Common
import Glibc

/// What a record is about.
package enum AuditKind: String, Sendable, Hashable, CaseIterable {
  /// A program began to write: its version, its verification key, its settings.
  case opened
  /// An image was judged.
  case verdict
  /// Somebody confirmed or cleared an image.
  case review
  /// Bytes of an image are not to be deleted, or may be again.
  case hold
  /// Bytes of images were deleted.
  case pruned
  /// Inputs were rejected that have no records of their own: so many, in a span of time.
  case summary
  /// Somebody searches for an adversarial image by asking: what is known of the search when it is noticed, and whenever it has
  /// become twice as long.
  case search
}

/// Something that happened, before it has a place in a chain.
package struct AuditEntry: Sendable {
  package var time: AuditTime
  package var kind: AuditKind
  /// What the record says, in this order, behind its place, time and kind.
  package var details: [JSONValue.Member]
  /// The image whose bytes are kept with it.
  package var image: QuarantinedImage?

  package init(
    _ kind: AuditKind, time: AuditTime = .now, details: [JSONValue.Member], image: QuarantinedImage? = nil
  ) {
    self.time = time
    self.kind = kind
    self.details = details
    self.image = image
  }

  package init(
    _ kind: AuditKind, time: AuditTime = .now, _ details: KeyValuePairs<String, JSONValue?>,
    image: QuarantinedImage? = nil
  ) {
    self.init(
      kind, time: time,
      details: details.compactMap { name, value in value.map { JSONValue.Member(name: name, value: $0) } }, image: image
    )
  }
}

/// Bytes to keep, by their digest.
package struct QuarantinedImage: Sendable {
  package let sha256: String
  package let bytes: [UInt8]

  /// - Parameters:
  ///   - sha256: the digest of the bytes, 64 hexadecimal digits in lower case.
  package init(sha256: String, bytes: [UInt8]) {
    self.sha256 = sha256
    self.bytes = bytes
  }
}

/// Where a record stands: which writer's chain, and which number in it, counted from 1.
package struct AuditReference: Sendable, Hashable, CustomStringConvertible {
  package let writer: String
  package let sequence: Int

  package init(writer: String, sequence: Int) {
    self.writer = writer
    self.sequence = sequence
  }

  /// As in `gateway-1:4711`.
  package var description: String { "\(writer):\(sequence)" }

  /// `nil` for what is no writer and number.
  package init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":"), let sequence = Int(text[text.index(after: colon)...]), sequence > 0,
      AuditWriterName.isName(String(text[..<colon]))
    else { return nil }
    self.init(writer: String(text[..<colon]), sequence: sequence)
  }
}

/// What a chain of records is called.
package enum AuditWriterName {
  private static let longest = 64

  /// Letters, digits, `.`, `_` and `-`: names stand in references, file names and signatures.
  package static func isName(_ text: String) -> Bool {
    (1...longest).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == 0x2D || byte == 0x2E || byte == 0x5F
      }
  }

  /// The host's name, with `-` for what a name may not have.
  package static var ofThisHost: String {
    var bytes = [CChar](repeating: 0, count: 256)
    gethostname(&bytes, bytes.count - 1)
    let text = String(cCharacters: bytes)
    let name = String(text.map { isName(String($0)) ? $0 : "-" }.prefix(longest))
    return name.isEmpty ? "sluice" : name
  }
}
