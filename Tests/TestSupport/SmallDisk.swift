import Foundation

/// A disk of a few megabytes.
package final class SmallDisk {
  package let path: String
  private let folder: TemporaryFolder

  /// Whether this user may mount one.
  package static let isPossible = (try? SmallDisk()) != nil

  package init(megabytes: Int = 2) throws {
    folder = try TemporaryFolder()
    path = folder.path + "/disk"
    try SluiceCommand.shell("mkdir '\(path)' && mount -t tmpfs -o size=\(megabytes)m tmpfs '\(path)'").check()
  }

  /// Lets nobody write to it any more, not even the administrator.
  package func makeReadOnly() throws { try SluiceCommand.shell("mount -o remount,ro '\(path)'").check() }

  /// Leaves no room on it.
  package func fill() throws {
    _ = try SluiceCommand.shell("cat /dev/zero > '\(path)/ballast'; sync '\(path)/ballast'")
  }

  deinit {
    _ = try? SluiceCommand.shell("umount -l '\(path)'")
  }
}

extension SluiceCommand.Result {
  private struct Failure: Error { let errors: String }

  package func check() throws {
    guard status == 0 else { throw Failure(errors: errors) }
  }
}
