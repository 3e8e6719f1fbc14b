import Common
import Files
import NIOSSL

extension TLSFiles {
  /// - Throws: `unreadable-file`; `invalid-setting` for a file that holds no certificate.
  func chain() throws(SluiceError) -> [NIOSSLCertificate] {
    let bytes = try Self.contents(of: certificate, "tlsCertificate")
    if let chain = try? NIOSSLCertificate.fromPEMBytes(bytes), !chain.isEmpty { return chain }
    throw Self.invalid(
      "tlsCertificate \(certificate) "
        + (Self.has(bytes, "PRIVATE KEY") ? "holds a private key, and no certificate" : "holds no certificate"))
  }

  /// - Throws: `unreadable-file`; `invalid-setting` for a file that holds no key that can be used.
  func privateKey() throws(SluiceError) -> NIOSSLPrivateKey {
    let bytes = try Self.contents(of: key, "tlsKey")
    if let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) { return key }
    throw Self.invalid("tlsKey \(key) \(Self.problem(ofKey: bytes))")
  }

  private static func problem(ofKey bytes: [UInt8]) -> String {
    if has(bytes, "ENCRYPTED") { return "holds a private key that needs a passphrase" }
    return has(bytes, "BEGIN CERTIFICATE") ? "holds a certificate, and no private key" : "holds no private key"
  }

  private static let maxBytes = 1 << 20

  private static func contents(of path: String, _ name: String) throws(SluiceError) -> [UInt8] {
    do throws(SluiceError) { return try readFile(path, atMost: maxBytes) } catch { throw error.naming(name) }
  }

  private static func has(_ bytes: [UInt8], _ words: String) -> Bool { bytes.firstRange(of: Array(words.utf8)) != nil }

  static func invalid(_ problem: String) -> SluiceError {
    SluiceError(.invalidSetting, problem, remedy: "give a certificate chain and its private key, both PEM")
  }
}
