import Pixels

#if canImport(Glibc)
  import Glibc
#endif

/// The folder of an audit log:
///
///     audit.sqlite        records, unless they are in a shared database
///     quarantine/         the bytes of flagged images, unless they are there too
///     signing.key         signs checkpoints; a secret
///     signing.pub         what verifies them, a key a line
///     pages.token         lets reviewers see the gateway's pages, where no other token was set; a secret
///
/// Its files are readable to their owner alone.
package struct AuditFolder: Sendable {
  package let path: String

  package var databasePath: String { "\(path)/audit.sqlite" }
  package var signingKeyPath: String { "\(path)/signing.key" }
  package var verificationKeyPath: String { "\(path)/signing.pub" }

  private static let longestKeyFile = 100_000

  /// A folder as it is.
  package init(_ path: String) {
    self.path = path
  }

  /// Makes the folder where it is not there yet.
  ///
  /// - Throws: `audit-unavailable`.
  package func make() throws(SluiceError) { try PrivateFiles.makeFolder(path) }

  /// Checks that there is an embedded log.
  ///
  /// - Throws: `audit-unavailable`.
  package func checkHasDatabase() throws(SluiceError) {
    guard access(databasePath, F_OK) != 0 else { return }
    guard errno == ENOENT || errno == ENOTDIR else { throw PrivateFiles.unavailable(databasePath) }
    throw SluiceError(
      .auditUnavailable, "there is no audit log in \(path)",
      remedy: "name its folder with --audit, or a shared database with --database")
  }

  /// Where a log is kept that nobody has named a folder for: among the state of its user (XDG base directories), or where a
  /// service manager says.
  package static func standardPath(_ environment: [String: String]) -> String {
    if let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first { return "\(folder)/audit" }
    if let state = environment["XDG_STATE_HOME"], !state.isEmpty { return "\(state)/sluice/audit" }
    return "\(environment["HOME"] ?? ".")/.local/state/sluice/audit"
  }

  /// The signing key in a file; a new one where there is none.
  ///
  /// - Parameters:
  ///   - file: where it lies; in the folder where `nil`.
  /// - Throws: `invalid-key`, `audit-unavailable`.
  package func signingKey(in file: String? = nil, for writer: String) throws(SluiceError) -> AuditSigningKey {
    let file = file ?? signingKeyPath
    if let contents = try PrivateFiles.contents(of: file, atMost: Self.longestKeyFile) {
      let text = String(decoding: contents, as: UTF8.self).filter { !$0.isNewline }
      let key = try AuditSigningKey(secretText: text)
      try publish(key.verification)
      return key
    }
    let key = AuditSigningKey(writer: writer)
    try PrivateFiles.write(Array((key.secretText + "\n").utf8), to: file)
    try publish(key.verification)
    return key
  }

  /// A secret in a file of the folder; a new one where there is none.
  ///
  /// - Throws: `audit-unavailable`.
  package func secret(_ name: String, new: () -> String) throws(SluiceError) -> String {
    let file = "\(path)/\(name)"
    if let contents = try PrivateFiles.contents(of: file, atMost: Self.longestKeyFile) {
      return String(decoding: contents, as: UTF8.self).filter { !$0.isWhitespace }
    }
    let secret = new()
    try PrivateFiles.write(Array((secret + "\n").utf8), to: file)
    return secret
  }

  /// Adds a key to those that verify, unless it is among them.
  private func publish(_ key: AuditVerificationKey) throws(SluiceError) {
    let known = try verificationKeys()
    guard !known.contains(key) else { return }
    let lines = (known + [key]).map { $0.text + "\n" }.joined()
    try PrivateFiles.write(Array(lines.utf8), to: verificationKeyPath)
  }

  /// The keys that checkpoints of this log were signed with, by its own account.
  package func verificationKeys() throws(SluiceError) -> [AuditVerificationKey] {
    try Self.verificationKeys(in: verificationKeyPath) ?? []
  }

  /// The keys in a file, one a line; `nil` where there is none.
  ///
  /// - Throws: `invalid-key`, `audit-unavailable`.
  package static func verificationKeys(in file: String) throws(SluiceError) -> [AuditVerificationKey]? {
    guard let contents = try PrivateFiles.contents(of: file, atMost: longestKeyFile) else { return nil }
    var keys: [AuditVerificationKey] = []
    for line in String(decoding: contents, as: UTF8.self).split(whereSeparator: \.isNewline) {
      keys.append(try AuditVerificationKey(String(line)))
    }
    return keys
  }
}
