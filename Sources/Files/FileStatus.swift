import Common
import Glibc
import SystemPackage

/// What the system says of a file: what it is, whose, how long, and when it was changed.
package struct FileStatus: Sendable {
  private let stat: Stat

  /// - Parameter followsLinks: whether a link stands for what it leads to.
  /// - Returns: `nil` where there is nothing, or nothing that may be asked about.
  package init?(_ path: RawPath, followsLinks: Bool = true) {
    guard let found = try? Self.stat(path, followsLinks) else { return nil }
    stat = found
  }

  package init?(_ path: String, followsLinks: Bool = true) { self.init(RawPath(path), followsLinks: followsLinks) }

  /// The status of what a path leads to.
  ///
  /// - Throws: `unreadable-file` where there is nothing, or nothing that may be asked about: which of the two, it says.
  package init(of path: RawPath) throws(SluiceError) {
    do throws(Errno) { stat = try Self.stat(path, true) } catch { throw .unreadable(path, error) }
  }

  /// Whether there is nothing at a path; not where there is something, or where that may not be asked.
  package static func isMissing(_ path: String) -> Bool {
    do throws(Errno) { _ = try Self.stat(RawPath(path), true) } catch {
      return [.noSuchFileOrDirectory, .notDirectory].contains(error)
    }
    return false
  }

  /// Whether this process has no permission to read what is at a path, or to look what is there.
  package static func isForbidden(_ path: String) -> Bool { unsafe access(path, R_OK) != 0 && errno == EACCES }

  /// The status of an open file.
  init?(_ descriptor: FileDescriptor) {
    guard let found = try? Stat(descriptor) else { return nil }
    stat = found
  }

  private static func stat(_ path: RawPath, _ followsLinks: Bool) throws(Errno) -> Stat {
    unsafe try path.withCString { (path) throws(Errno) in unsafe try Stat(path, followTargetSymlink: followsLinks) }
  }

  package var isFolder: Bool { stat.type == .directory }
  package var isRegularFile: Bool { stat.type == .regular }
  package var byteCount: Int { Int(stat.size) }
  package var allocatedByteCount: Int { Int(stat.sizeAllocated) }
  package var owner: UInt32 { stat.userID.rawValue }
  package var permissions: FilePermissions { stat.permissions }

  /// Seconds since 1970.
  package var changed: Int { stat.st_mtim.tv_sec }

  /// Which file it is, whatever its path looks like.
  package var identity: Identity {
    Identity(device: UInt64(stat.deviceID.rawValue), inode: UInt64(stat.inode.rawValue))
  }

  package struct Identity: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// What differs once the file was changed or another one was put in its place.
  package var version: Version {
    Version(
      identity: identity, byteCount: byteCount, seconds: stat.st_mtim.tv_sec, nanoseconds: stat.st_mtim.tv_nsec)
  }

  package struct Version: Sendable, Hashable {
    let identity: Identity
    let byteCount: Int
    let seconds: Int
    let nanoseconds: Int
  }

  /// What differs also where a changed file was given the time that it had. Names, owners and permissions count as well.
  package var state: State {
    State(version: version, seconds: stat.st_ctim.tv_sec, nanoseconds: stat.st_ctim.tv_nsec)
  }

  package struct State: Sendable, Hashable {
    let version: Version
    let seconds: Int
    let nanoseconds: Int
  }
}
