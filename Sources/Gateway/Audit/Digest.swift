import Common
import Crypto

/// SHA-256 of a text, in lower-case hexadecimal.
func sha256(_ text: String) -> String {
  Hexadecimal.text(SHA256.hash(data: Array(text.utf8)))
}
