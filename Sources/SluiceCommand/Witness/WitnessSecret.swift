import Common
import Cryptography
import Files
import FilterPipeline

/// What draws the features of a witness.
enum WitnessSecret {
  private static let longest = 4096
  /// One as short as this could be found by trying.
  private static let shortest = 16
  private static let newLength = 32

  /// A function that only the secret's owner can compute.
  ///
  /// - Parameters:
  ///   - file: a file with the secret, which is made where it does not exist, for its owner alone.
  /// - Throws: `unreadable-file`, `unwritable-output`; `invalid-secret` for one that is too short.
  static func hmac(file: String?, definition: FilterDefinition) throws(SluiceError) -> @Sendable (String) -> [UInt8] {
    let secret = try secret(file: file, definition: definition)
    return { text in Digests.hmac(secret, text) }
  }

  private static func secret(file: String?, definition: FilterDefinition) throws(SluiceError) -> [UInt8] {
    let (path, secret): (String, [UInt8])
    if let file {
      (path, secret) = (file, try PrivateFiles.contents(of: file, atMost: longest, orMake: random))
    } else if let named = definition.secretPath {
      (path, secret) = (named, try readFile(named, atMost: longest))
    } else {
      return random()
    }
    guard secret.count >= shortest else {
      throw SluiceError(
        .invalidSecret, "the secret in \(path) has \(secret.count) bytes; at least \(shortest) are needed",
        remedy: "make one with `head -c \(newLength) /dev/urandom > FILE`")
    }
    return secret
  }

  private static func random() -> [UInt8] {
    var source = SystemRandomNumberGenerator()
    return (0..<newLength).map { _ in UInt8.random(in: 0 ... .max, using: &source) }
  }
}
