import Crypto
import FilterPipeline
import Pixels

/// SHA-256 in lower-case hexadecimal.
@Sendable func sha256(_ bytes: [UInt8]) -> String {
  hexadecimal(SHA256.hash(data: bytes))
}

private func hexadecimal(_ digest: SHA256.Digest) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(64)
  for byte in digest {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// SHA-256 of a file of any length, in lower-case hexadecimal.
@Sendable func sha256OfFile(_ path: String) throws(SluiceError) -> String {
  var hash = SHA256()
  try readFile(path) { hash.update(data: $0) }
  return hexadecimal(hash.finalize())
}

/// HMAC-SHA-256 (RFC 2104): 32 bytes.
@Sendable func hmac(_ secret: [UInt8], _ text: String) -> [UInt8] {
  Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: secret)))
}
