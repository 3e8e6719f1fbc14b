import Common
import Crypto
import FoundationEssentials

/// The public half of a signing key, as text: `NAME+HASH+BASE64(0x01, key)` (C2SP `signed-note`).
package struct AuditVerificationKey: Sendable, Hashable {
  package let name: String
  /// The first four bytes of SHA-256(name, line break, 0x01, key): tells keys of one name apart.
  let hash: [UInt8]
  private let key: [UInt8]

  /// Ed25519 among the kinds of signature.
  fileprivate static let kind: UInt8 = 1

  init(name: String, key: [UInt8]) {
    self.name = name
    self.key = key
    hash = Array(SHA256.hash(data: Array("\(name)\n".utf8) + [Self.kind] + key).prefix(4))
  }

  package var text: String {
    "\(name)+\(Hexadecimal.text(hash))+\(Data([Self.kind] + key).base64EncodedString())"
  }

  /// - Throws: `invalid-key`.
  package init(_ text: String) throws(SluiceError) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].isEmpty, !parts[0].contains(where: \.isWhitespace),
      let data = Data(base64Encoded: String(parts[2])), data.count == 33, data[0] == Self.kind
    else { throw Self.invalid }
    self.init(name: String(parts[0]), key: Array(data.dropFirst()))
    guard self.text == text else { throw Self.invalid }
  }

  private static let invalid = SluiceError(
    .invalidKey, "this is not a verification key", remedy: "give a line of the form NAME+HASH+BASE64, as in signing.pub"
  )

  func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else { return false }
    return key.isValidSignature(signature, for: message)
  }
}

/// The key that checkpoints are signed with (Ed25519, RFC 8032).
package struct AuditSigningKey: Sendable {
  package let verification: AuditVerificationKey
  private let key: Curve25519.Signing.PrivateKey

  private static let prefix = "PRIVATE+KEY+"

  private init(name: String, key: Curve25519.Signing.PrivateKey) {
    self.key = key
    verification = AuditVerificationKey(name: name, key: Array(key.publicKey.rawRepresentation))
  }

  /// A new key.
  package init(writer: String) {
    self.init(name: Checkpoint.origin + writer, key: Curve25519.Signing.PrivateKey())
  }

  /// For its file: `PRIVATE+KEY+NAME+HASH+BASE64(0x01, seed)`. A secret.
  package var secretText: String {
    "\(Self.prefix)\(verification.name)+\(Hexadecimal.text(verification.hash))+"
      + Data([AuditVerificationKey.kind] + Array(key.rawRepresentation)).base64EncodedString()
  }

  /// - Throws: `invalid-key`; the text is a secret and never part of a message.
  package init(secretText text: String) throws(SluiceError) {
    let parts = text.dropFirst(Self.prefix.count).split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard text.hasPrefix(Self.prefix), parts.count == 3, let data = Data(base64Encoded: String(parts[2])),
      data.count == 33, data[0] == AuditVerificationKey.kind,
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: data.dropFirst())
    else {
      throw SluiceError(
        .invalidKey, "this is not a signing key",
        remedy: "name a file like the signing.key of a log, or one that does not exist, where a key is made")
    }
    self.init(name: String(parts[0]), key: key)
    guard secretText == text else { throw SluiceError(.invalidKey, "this signing key is damaged") }
  }

  func signature(of message: [UInt8]) throws(SluiceError) -> [UInt8] {
    guard let signature = try? key.signature(for: message) else {
      throw SluiceError(.invalidKey, "the signing key cannot sign")
    }
    return Array(signature)
  }
}
