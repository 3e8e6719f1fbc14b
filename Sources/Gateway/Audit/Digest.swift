import Crypto

/// SHA-256 of a text, in lower-case hexadecimal.
func sha256(_ text: String) -> String {
  SHA256.hash(data: Array(text.utf8)).map { byte in
    String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
  }.joined()
}
