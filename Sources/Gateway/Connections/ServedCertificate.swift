import AuditLog
import Common
import Logging
import NIOCertificateReloading
import NIOSSL
import Synchronization

/// The certificate that new connections are shown, and its key: the same over HTTP and over gRPC.
///
/// It may be read again while the gateway serves. A connection keeps the one that it began with.
final class ServedCertificate: CertificateReloader {
  private let files: TLSFiles
  private let log: Logger
  private let current: Mutex<KeyedCertificate>

  /// - Throws: `invalid-setting` for files that hold no certificate, or no key, or that of another certificate.
  init(_ files: TLSFiles, log: Logger) throws(SluiceError) {
    self.files = files
    self.log = log
    let first = try files.read()
    current = Mutex(first)
    sayEnd(of: first)
  }

  /// Shows new connections what the files hold by now.
  ///
  /// - Throws: `invalid-setting`; then they are shown what they were.
  func readAgain() throws(SluiceError) {
    let next = try files.read()
    current.withLock { $0 = next }
    sayEnd(of: next)
  }

  /// What each handshake asks for.
  var sslContextConfigurationOverride: NIOSSLContextConfigurationOverride {
    let certificate = current.withLock { $0 }
    var change = NIOSSLContextConfigurationOverride()
    change.certificateChain = certificate.chain.map { NIOSSLCertificateSource.certificate($0) }
    change.privateKey = .privateKey(certificate.key)
    return change
  }

  /// For a server whose handshakes ask this.
  var configuration: TLSConfiguration {
    var configuration = current.withLock { $0 }.configuration
    configuration.setCertificateReloader(self)
    return configuration
  }

  private func sayEnd(of certificate: KeyedCertificate) {
    guard let first = certificate.chain.first else { return }
    let end = AuditTime(microseconds: Int(first.notValidAfter) * 1_000_000)
    let metadata: Logger.Metadata = ["file": "\(files.certificate)", "until": "\(end.text)"]
    if end < .now {
      log.warning("the TLS certificate has expired", metadata: metadata)
    } else {
      log.info("TLS certificate", metadata: metadata)
    }
  }
}

/// A certificate with those that vouch for it, and its key.
private struct KeyedCertificate: Sendable {
  let chain: [NIOSSLCertificate]
  let key: NIOSSLPrivateKey

  var configuration: TLSConfiguration {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { NIOSSLCertificateSource.certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    return configuration
  }
}

extension TLSFiles {
  /// - Throws: `unreadable-file`; `invalid-setting` for files that hold no certificate, no key, or that of another certificate.
  fileprivate func read() throws(SluiceError) -> KeyedCertificate {
    let read = KeyedCertificate(chain: try chain(), key: try privateKey())
    // A key that does not belong to the certificate is found here, not by the first client.
    do { _ = try NIOSSLContext(configuration: read.configuration) } catch {
      throw Self.invalid("tlsKey \(key) is not the key of tlsCertificate \(certificate), or TLS cannot use them")
    }
    return read
  }
}
