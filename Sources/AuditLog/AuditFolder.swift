import Common
import Files
import Glibc
import SystemPackage

/// The folder of an audit log:
///
///     audit.sqlite        records, unless they are in a shared database
///     quarantine/         the bytes of flagged images, unless they are there too
///     signing.key         signs checkpoints; a secret
///     signing.pub         what verifies them, a key a line
///     pages.token         lets reviewers see the gateway's pages, where no other token was set; a secret
///     lock                held while any of these is made; empty
///     reserve             room on the disk to make room with
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
  /// - Throws: `audit-unavailable`, also for a folder of somebody else, or that others may write to.
  package func make() throws(SluiceError) {
    try withAuditFiles { () throws(SluiceError) in try PrivateFiles.makeFolder(path) }
  }

  /// Does work that makes what is not there yet, while no other process does any in this folder. It cannot be nested.
  ///
  /// - Throws: `audit-unavailable`; what the work throws.
  package func alone<Result>(_ work: () throws(SluiceError) -> Result) throws(SluiceError) -> Result {
    try FolderLock.hold(path, work)
  }

  /// Room on its disk that is kept for making room.
  package var reserve: DiskReserve { DiskReserve(folder: path) }

  /// What helps whoever reads a log that is not there, where options name it.
  package static let namingRemedy = "name its folder with --audit, or a shared database with --database"

  /// Checks that there is an embedded log.
  ///
  /// - Parameters:
  ///   - remedy: what helps where there is none.
  /// - Throws: `audit-unavailable`.
  package func checkHasDatabase(otherwise remedy: String = namingRemedy) throws(SluiceError) {
    guard access(databasePath, F_OK) != 0 else { return }
    guard errno == ENOENT || errno == ENOTDIR else {
      throw SluiceError(.auditUnavailable, "the audit log cannot be used: \(databasePath): \(Errno(rawValue: errno))")
    }
    throw SluiceError(.auditUnavailable, "there is no audit log in \(path)", remedy: remedy)
  }

  /// Where a log is kept that nobody has named a folder for: among the state of its user (XDG base directories), or where a
  /// service manager says. A process without `HOME`, as a service may be, takes its user's home from the user database.
  ///
  /// - Throws: `audit-unavailable` where nothing says it: the folder that a process happens to be in may be any.
  package static func standardPath(
    _ environment: [String: String], homeOfUser: () -> String? = UserFolder.homeOfUser
  ) throws(SluiceError) -> String {
    if let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first { return "\(folder)/audit" }
    guard let state = UserFolder.state.path(environment, homeOfUser: homeOfUser) else {
      throw SluiceError(
        .auditUnavailable, "there is no usual folder for an audit log: neither XDG_STATE_HOME nor HOME says where",
        remedy: "name a folder with --audit, or set one of these variables to an absolute path")
    }
    return "\(state)/sluice/audit"
  }

  /// The signing key in a file; a new one where there is none. It is among those that verify when this returns.
  ///
  /// - Parameters:
  ///   - file: where it lies; in the folder where `nil`.
  /// - Throws: `invalid-key`, naming the file; `audit-unavailable`.
  package func signingKey(in file: String? = nil, for writer: String) throws(SluiceError) -> AuditSigningKey {
    try alone { () throws(SluiceError) in
      let file = file ?? signingKeyPath
      let contents = try Self.contents(of: file) { AuditSigningKey(writer: writer).secretText }
      let key = try Self.naming(file) { () throws(SluiceError) in
        try AuditSigningKey(secretText: String(decoding: contents, as: UTF8.self).filter { !$0.isNewline })
      }
      try publish(key.verification)
      return key
    }
  }

  /// A secret in a file of the folder; a new one where there is none.
  ///
  /// - Throws: `audit-unavailable`.
  package func secret(_ name: String, new: () -> String) throws(SluiceError) -> String {
    let contents = try Self.contents(of: "\(path)/\(name)", orMake: new)
    return String(decoding: contents, as: UTF8.self).filter { !$0.isWhitespace }
  }

  private static func contents(of file: String, orMake make: () -> String) throws(SluiceError) -> [UInt8] {
    try withAuditFiles { () throws(SluiceError) in
      try PrivateFiles.contents(of: file, atMost: longestKeyFile) { Array((make() + "\n").utf8) }
    }
  }

  /// Adds a key to those that verify, unless it is among them.
  private func publish(_ key: AuditVerificationKey) throws(SluiceError) {
    let known = try verificationKeys()
    guard !known.contains(key) else { return }
    let lines = (known + [key]).map { $0.text + "\n" }.joined()
    try withAuditFiles { () throws(SluiceError) in
      try replaceFile(verificationKeyPath, with: Array(lines.utf8), permissions: .forOwnerAlone)
    }
  }

  /// The keys that checkpoints of this log were signed with, by its own account.
  package func verificationKeys() throws(SluiceError) -> [AuditVerificationKey] {
    try Self.verificationKeys(in: verificationKeyPath) ?? []
  }

  /// The keys in a file, one a line; `nil` where there is none.
  ///
  /// - Throws: `invalid-key`, naming the file; `audit-unavailable`.
  package static func verificationKeys(in file: String) throws(SluiceError) -> [AuditVerificationKey]? {
    let found = try withAuditFiles { () throws(SluiceError) in
      try PrivateFiles.contents(of: file, atMost: longestKeyFile)
    }
    guard let contents = found else { return nil }
    return try naming(file) { () throws(SluiceError) in
      var keys: [AuditVerificationKey] = []
      for line in String(decoding: contents, as: UTF8.self).split(whereSeparator: \.isNewline) {
        keys.append(try AuditVerificationKey(String(line)))
      }
      return keys
    }
  }

  /// What is wrong with a key is said with the file that it stands in.
  private static func naming<Result>(
    _ file: String, _ read: () throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    do throws(SluiceError) {
      return try read()
    } catch {
      throw error.naming(file)
    }
  }
}
