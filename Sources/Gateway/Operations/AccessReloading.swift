import Common
import Logging

/// Reads the files of tokens again, and the certificate with its key.
package struct AccessReloading: Sendable {
  private let settings: GatewaySettings
  private let audit: GatewayAudit?
  private let certificate: ServedCertificate?
  private let log: Logger

  init(_ settings: GatewaySettings, _ audit: GatewayAudit?, _ certificate: ServedCertificate?, log: Logger) {
    self.settings = settings
    self.audit = audit
    self.certificate = certificate
    self.log = log
  }

  func reload() {
    if settings.hasTokenFile {
      attempt("tokens") { () throws(SluiceError) in settings.tokens.replace(with: try settings.access.tokens()) }
    }
    if let audit {
      attempt("reviewers' tokens") { () throws(SluiceError) in try audit.readReviewersAgain() }
    }
    if let certificate {
      attempt("TLS certificate and key") { () throws(SluiceError) in try certificate.readAgain() }
    }
  }

  /// What cannot be read leaves the old ones in use.
  private func attempt(_ what: String, _ work: () throws(SluiceError) -> Void) {
    do throws(SluiceError) {
      try work()
      log.notice("\(what) read again")
    } catch {
      log.error("\(what) not read again; the old ones stay in use", metadata: ["error": "\(error)"])
    }
  }
}
