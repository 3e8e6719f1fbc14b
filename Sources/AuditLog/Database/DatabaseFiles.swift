import Common
import Files
import Synchronization

/// The files of an open SQLite database: which they are, whatever lies under their names by now.
///
/// SQLite keeps its descriptors. Where the folder is moved, deleted or put back from a copy, or the log before the database is deleted, it
/// goes on in files that nobody finds any more, and whatever it is asked looks well.
final class DatabaseFiles: Sendable {
  private let path: String
  private let known = Mutex<[String: FileStatus.Identity]>([:])

  /// The database, the log before it, and the memory that processes share. The last two are there from the first transaction on, and
  /// SQLite deletes them with its last connection only.
  private static let endings = ["", "-wal", "-shm"]

  /// - Parameters:
  ///   - path: of a database that is open by now.
  init(_ path: String) {
    self.path = path
    _ = areInPlace()
  }

  /// - Throws: `audit-unavailable` where one of them is not under its name any more.
  func checkAreInPlace() throws(SluiceError) {
    guard !areInPlace() else { return }
    throw SluiceError(
      .auditUnavailable,
      "the audit log \(path) is not in its place any more: it was moved, deleted or replaced while it was open",
      remedy: "put it back, or restart the gateway, which then goes on with what is there")
  }

  private func areInPlace() -> Bool {
    known.withLock { known in
      for ending in Self.endings {
        let found = FileStatus(path + ending)?.identity
        if let identity = known[ending] {
          if found != identity { return false }
        } else {
          known[ending] = found
        }
      }
      return true
    }
  }
}
