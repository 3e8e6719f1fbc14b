import Common
import Files
import Logging

/// Reads the files of tokens again, and says what only a restart takes over.
///
/// Certificates are read once: the library of gRPC takes none later, and two servers of one gateway must not show different ones.
package struct AccessReloading: Sendable {
  private let settings: GatewaySettings
  private let audit: GatewayAudit?
  private let log: Logger
  /// The certificate and its key as they were before they were read.
  private let files: FileVersions

  /// - Parameters:
  ///   - files: noted before anything was read of them.
  init(_ settings: GatewaySettings, _ audit: GatewayAudit?, files: FileVersions, log: Logger) {
    self.settings = settings
    self.audit = audit
    self.files = files
    self.log = log
  }

  func reload() {
    if settings.hasTokenFile {
      attempt("tokens") { () throws(SluiceError) in settings.tokens.replace(with: try settings.access.tokens()) }
    }
    if let audit {
      attempt("reviewers' tokens") { () throws(SluiceError) in try audit.readReviewersAgain() }
    }
    guard files.haveChanged else { return }
    log.warning(
      "the TLS certificate or its key was changed, and is used after a restart only",
      metadata: ["files": "\(files.paths.sorted().joined(separator: ", "))"])
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

extension TLSFiles {
  /// The files as they are now.
  var versions: FileVersions {
    var versions = FileVersions()
    for path in [certificate, key] { versions.note(path) }
    return versions
  }
}
