import Common
import Crypto
import Files

/// The cryptography that filters and gateways work with. Filters have it injected, so that their modules need no library for it.
package enum Digests {
  /// SHA-256 of bytes, in lower-case hexadecimal.
  @Sendable package static func sha256(_ bytes: [UInt8]) -> String { Hexadecimal.text(SHA256.hash(data: bytes)) }

  /// SHA-256 of a file of any length, in lower-case hexadecimal.
  ///
  /// - Throws: `unreadable-file`.
  @Sendable package static func sha256OfFile(_ path: String) throws(SluiceError) -> String {
    try sha256(ofFile: path) { _ in }
  }

  /// The same, handing on what is read: a second look at a long file would read it again.
  @Sendable package static func sha256(
    ofFile path: String, passing body: (ArraySlice<UInt8>) -> Void
  ) throws(SluiceError) -> String {
    var hash = SHA256()
    try readFile(path) { block in
      hash.update(data: block)
      body(block)
    }
    return Hexadecimal.text(hash.finalize())
  }

  /// HMAC-SHA-256 (RFC 2104): 32 bytes.
  @Sendable package static func hmac(_ secret: [UInt8], _ text: String) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: secret)))
  }
}
