import Files
import Glibc

/// Room on the disk of a log that is let go when the disk is full: deleting takes room as well, for its record.
///
/// A log works without it, so nothing here fails: there may be no room for it, and on read-only media there is no use for it.
package struct DiskReserve: Sendable {
  let folder: String
  private var path: String { "\(folder)/reserve" }

  /// Enough for the transactions that make room, and a small part of a small disk.
  private static let (maxBytes, partOfDisk) = (4 << 20, 16)
  /// It must not be what fills the disk.
  private static let roomLeft = 4

  /// Takes the room, unless it is taken or there is little of it.
  package func take() {
    var disk = statvfs()
    guard statvfs(folder, &disk) == 0 else { return }
    let block = Int(clamping: disk.f_frsize)
    let size = min(Self.maxBytes, Int(clamping: disk.f_blocks) / Self.partOfDisk * block)
    guard size > takenBytes, Int(clamping: disk.f_bavail) / Self.roomLeft * block >= size else { return }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    if posix_fallocate(descriptor, 0, size) != 0 { unlink(path) }
  }

  /// Lets the room go.
  ///
  /// - Returns: whether there was any.
  package func release() -> Bool { unlink(path) == 0 }

  private var takenBytes: Int { FileStatus(path, followsLinks: false)?.allocatedByteCount ?? 0 }
}
