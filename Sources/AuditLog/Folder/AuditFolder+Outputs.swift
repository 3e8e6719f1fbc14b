import Common
import Files

extension AuditFolder {
  /// Refuses outputs that would take the place of a file of the log, or come to lie among its images.
  ///
  /// - Throws: `same-file`.
  package func checkIsLeftAlone(by outputs: [String]) throws(SluiceError) {
    for output in outputs where files.contains(where: { isSameFile(output, $0) }) || isInQuarantine(output) {
      throw .usedTwice(output)
    }
  }

  /// Whether they are there or not.
  private var files: [String] {
    let names = ["audit.sqlite-wal", "audit.sqlite-shm", "pages.token", "lock", "reserve"]
    return [databasePath, signingKeyPath, verificationKeyPath] + names.map { "\(path)/\($0)" }
  }

  private func isInQuarantine(_ output: String) -> Bool {
    guard let quarantine = FileStatus("\(path)/quarantine")?.identity else { return false }
    let folder = output.containingFolder
    return [folder, "\(folder)/.."].contains { FileStatus($0)?.identity == quarantine }
  }
}
