import Foundation
import TestSupport

/// A disk of a few megabytes.
final class SmallDisk {
  let path: String
  private let folder: TemporaryFolder

  /// Whether this user may mount one.
  static let isPossible = (try? SmallDisk()) != nil

  init(megabytes: Int = 2) throws {
    folder = try TemporaryFolder()
    path = folder.path + "/disk"
    try SluiceCommand.shell("mkdir '\(path)' && mount -t tmpfs -o size=\(megabytes)m tmpfs '\(path)'").check()
  }

  /// Lets nobody write to it any more, not even the administrator.
  func makeReadOnly() throws { try SluiceCommand.shell("mount -o remount,ro '\(path)'").check() }

  /// Leaves no room on it.
  func fill() throws {
    _ = try SluiceCommand.shell("cat /dev/zero > '\(path)/ballast'; sync '\(path)/ballast'")
  }

  deinit {
    _ = try? SluiceCommand.shell("umount -l '\(path)'")
  }
}

extension SluiceCommand.Result {
  private struct Failure: Error { let errors: String }

  func check() throws {
    guard status == 0 else { throw Failure(errors: errors) }
  }
}
