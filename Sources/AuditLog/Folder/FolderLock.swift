import Common
import Files
import Glibc
import SystemPackage

/// Lets one at a time, of all processes and threads, make what a folder has one of: keys, tokens, a database.
enum FolderLock {
  /// Does work while nobody else does any in this folder. It is held for moments, and ends with the process that holds it.
  ///
  /// - Throws: `audit-unavailable`; what the work throws.
  static func hold<Result>(
    _ folder: String, _ work: () throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result {
    let path = "\(folder)/lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw unavailable(path) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw unavailable(path) }
    }
    return try work()
  }

  private static func unavailable(_ path: String) -> SluiceError {
    SluiceError(.auditUnavailable, "the audit log cannot be used: \(path): \(Errno(rawValue: errno))")
  }
}
