import Common
import Crypto
import FoundationEssentials

/// How bytes lie in the quarantine: as they came, or encrypted.
///
/// Encrypted contents begin with a line that says so, then the nonce, the ciphertext and the tag of AES-256-GCM; the digest of the
/// image is authenticated with it, so that files cannot change places.
package struct QuarantineCipher: Sendable {
  /// Encrypts; `nil` leaves bytes as they are.
  private let key: SymmetricKey?
  /// Decrypt as well: what was encrypted with them before another key came is still kept.
  private let formerKeys: [SymmetricKey]

  static let heading = Array("sluice quarantine 1\n".utf8)
  private static let keyLength = 32

  /// Leaves bytes as they are.
  package static let none = QuarantineCipher(keys: [])

  private init(keys: [SymmetricKey]) {
    key = keys.first
    formerKeys = Array(keys.dropFirst())
  }

  /// - Parameters:
  ///   - text: 32 bytes in base64 or hexadecimal; or several such keys, one on each line, of which the first encrypts.
  /// - Throws: `invalid-key`; the text is a secret and never part of a message.
  package init(secretText text: String) throws(SluiceError) {
    // One key may well stand on several lines.
    if let key = Self.key(text) {
      self.init(keys: [key])
      return
    }
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    let keys = lines.compactMap { Self.key(String($0)) }
    guard !keys.isEmpty, keys.count == lines.count else {
      throw SluiceError(
        .invalidKey, "the key of the quarantine must be \(Self.keyLength) bytes in base64 or hexadecimal",
        remedy: "make one with `head -c 32 /dev/urandom | base64`")
    }
    self.init(keys: keys)
  }

  private static func key(_ text: String) -> SymmetricKey? {
    let trimmed = text.filter { !$0.isWhitespace }
    let key = Hexadecimal.bytes(trimmed.utf8) ?? Data(base64Encoded: trimmed).map { [UInt8]($0) }
    return key.flatMap { $0.count == keyLength ? SymmetricKey(data: $0) : nil }
  }

  package var encrypts: Bool { key != nil }

  /// How many bytes longer an image lies in the quarantine than it is: heading, nonce and tag.
  var addedBytes: Int { encrypts ? Self.sealingBytes : 0 }

  static let sealingBytes = heading.count + 12 + 16

  /// Whether what lies in the quarantine is as long as an image there, and encrypted where there is a key.
  func accepts(_ outline: QuarantineOutline, of bytes: Int) -> Bool {
    outline.imageBytes == bytes && (outline.isSealed || !encrypts)
  }

  func sealed(_ contents: [UInt8], of sha256: String) throws(SluiceError) -> [UInt8] {
    guard let key else { return contents }
    guard let box = try? AES.GCM.seal(contents, using: key, authenticating: Array(sha256.utf8)).combined else {
      throw SluiceError(.quarantineDamaged, "an image could not be encrypted")
    }
    return Self.heading + [UInt8](box)
  }

  /// The image again; its digest is checked.
  ///
  /// - Throws: `quarantine-damaged`; `quarantine-encrypted` where there is no key.
  func opened(_ contents: [UInt8], of sha256: String) throws(SluiceError) -> [UInt8] {
    let image = contents.starts(with: Self.heading) ? try decrypted(contents, of: sha256) : contents
    guard Hexadecimal.text(SHA256.hash(data: image)) == sha256 else {
      throw SluiceError(.quarantineDamaged, "the bytes kept as \(sha256) are different ones")
    }
    return image
  }

  private func decrypted(_ contents: [UInt8], of sha256: String) throws(SluiceError) -> [UInt8] {
    guard let key else {
      throw SluiceError(
        .quarantineEncrypted, "the bytes kept as \(sha256) are encrypted",
        remedy: "give the key that they were encrypted with: --encryption-key-file, or SLUICE_AUDIT_ENCRYPTION_KEY_FILE"
      )
    }
    if let box = try? AES.GCM.SealedBox(combined: contents.dropFirst(Self.heading.count)) {
      for key in [key] + formerKeys {
        if let image = try? AES.GCM.open(box, using: key, authenticating: Array(sha256.utf8)) { return [UInt8](image) }
      }
    }
    throw SluiceError(
      .quarantineDamaged, "the bytes kept as \(sha256) cannot be decrypted: another key, or damage")
  }
}

extension SluiceError.Code {
  /// Bytes that were kept are gone, or are others.
  package static let quarantineDamaged = SluiceError.Code("quarantine-damaged")
  /// Bytes that were kept are encrypted, and nobody has given a key.
  package static let quarantineEncrypted = SluiceError.Code("quarantine-encrypted")
}
