import Glibc

/// How much room a disk has.
enum DiskRoom {
  /// More than SQLite needs beside a database to begin with.
  private static let least = 65_536

  /// Whether a folder's disk has no room left, or hardly any.
  static func isUsedUp(_ folder: String) -> Bool {
    var disk = statvfs()
    guard statvfs(folder, &disk) == 0 else { return false }
    return Int(clamping: disk.f_bavail).multipliedReportingOverflow(by: Int(clamping: disk.f_frsize)).partialValue
      < least
  }
}
